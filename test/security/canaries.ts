import { randomBytes } from 'node:crypto'

/** A secret that is known to a test, and where it may be seen all the same. */
export interface Canary {
  /** Where it was put in. */
  readonly where: string
  /** What is unique about it: letters and digits, which no encoding of texts changes. */
  readonly core: string
  /** What may hold it, on purpose. */
  readonly mayBeIn: readonly Place[]
}

export type Place = 'the log' | 'the audit log' | 'an answer' | 'the database' | 'the metrics'

/** Makes canaries, and finds them again however they are written. */
export function createCanaries() {
  const all: Canary[] = []
  return { all, hatch, word, caught, foundIn }

  /** A new secret, for one place. */
  function hatch(where: string, mayBeIn: readonly Place[] = []): string {
    return `${word(where, mayBeIn)}"é%/+`
  }

  /** A new secret that no encoding of texts changes. */
  function word(where: string, mayBeIn: readonly Place[] = []): string {
    return caught(where, `Cn4ry${randomBytes(12).toString('hex')}`, mayBeIn)
  }

  /** A secret that the gateway, or somebody else, has made. */
  function caught(where: string, core: string, mayBeIn: readonly Place[] = []): string {
    all.push({ where, core, mayBeIn })
    return core
  }

  /** Those of them that a place holds and should not, as they were put in. */
  function foundIn(place: Place, content: Buffer): string[] {
    const lower = content.toString('latin1').toLowerCase()
    const has = (written: string) => content.includes(written) || lower.includes(written.toLowerCase())
    return all
      .filter(({ core, mayBeIn }) => !mayBeIn.includes(place) && writings(core).some(has))
      .map(({ where }) => where)
  }
}

/** How a text looks in plain and in hexadecimal digits, and within base64 of either kind, whose start is not known. */
export function writings(text: string): string[] {
  const within = [0, 1, 2].flatMap((shift) => {
    const bytes = Buffer.concat([Buffer.alloc(shift), Buffer.from(text)])
    const inside = (written: string) => written.slice(shift + 1, -4)
    return [inside(bytes.toString('base64')), inside(bytes.toString('base64url'))]
  })
  return [text, Buffer.from(text).toString('hex'), encodeURIComponent(text), ...within]
}
