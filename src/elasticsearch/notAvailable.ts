import { ok } from './answer.ts'
import type { Method, Row } from './row.ts'
import { WireError } from './wireError.ts'

/** Paths of Elasticsearch's that `{uid}` or `{username}` would swallow, were they not known. */
export const notAvailable: readonly Row<undefined, unknown>[] = [
  at('/_security/profile/_suggest', ['GET', 'POST']),
  at('/_security/profile/_has_privileges', ['GET', 'POST']),
  at('/_security/user/_privileges', ['GET']),
  at('/_security/user/_has_privileges', ['GET', 'POST']),
]

function at(path: string, methods: readonly Method[]): Row<undefined, unknown> {
  return {
    methods,
    paths: [path],
    parse() {
      const name = path.slice(path.lastIndexOf('/') + 1)
      throw new WireError('illegal_argument_exception', `[${name}] is not available on this gateway`)
    },
    operation: '{ __typename }',
    variables: () => ({}),
    answer: ok,
  }
}
