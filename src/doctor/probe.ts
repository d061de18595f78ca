import type { Source } from '../authentication/source.ts'
import { createRemote, type RemoteAnswer } from '../authentication/remote/remote.ts'
import type { Settings } from '../config.ts'
import { failureOf } from '../errors.ts'
import { connectionOf } from '../realms/connectionOf.ts'

/** By how much another clock is ahead of this process's, in milliseconds, and how wrong that may be. */
export interface Skew {
  /** Whose clock that is. */
  readonly of: string
  readonly ahead: number
  readonly within: number
}

/** What a server answers, and what its clock says; or why there is no answer. */
export type Probed =
  | { readonly answer: RemoteAnswer; readonly skew: Skew | null }
  | { readonly answer: null; readonly reason: string }

/** Nobody else asks. */
export const ownSource: Source = { lane: 'callers', key: 'doctor' }

/** Asks a server of a realm once, as the realm would: redirects are not followed, certificates are checked alike. */
export async function probe(
  settings: Pick<Settings['realms']['jwt'][string], 'http' | 'ssl'>,
  url: string,
  clock: () => number,
): Promise<Probed> {
  const remote = createRemote({
    ...connectionOf(settings),
    clock,
    report: () => undefined,
    reportFull: () => undefined,
  })
  try {
    const before = clock()
    const answer = await remote.ask(
      [url],
      { method: 'GET', headers: { accept: 'application/json' } },
      ownSource,
    )
    return { answer, skew: skewOf(answer, url, before, clock()) }
  } catch (thrown) {
    const { cause, message } = failureOf(thrown)
    return { answer: null, reason: cause instanceof Error ? cause.message : message }
  } finally {
    remote.close()
  }
}

/** A `Date` header says seconds: what it says is half a second ago. */
function skewOf(
  { headers: { date = '' } }: RemoteAnswer,
  url: string,
  before: number,
  after: number,
): Skew | null {
  const said = Date.parse(date)
  if (Number.isNaN(said)) return null
  return {
    of: new URL(url).origin,
    ahead: said + 500 - (before + after) / 2,
    within: 500 + (after - before) / 2,
  }
}
