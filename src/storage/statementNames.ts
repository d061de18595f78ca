import { hash } from 'node:crypto'
import { databaseErrorOf } from './databaseError.ts'

/**
 * Names the statements that are made again and again, so that the server prepares each once for a connection. What is
 * made by the client has no name: its texts have no end. A name says which text it stands for: a pooler may lead to a
 * session in which another process has prepared its own.
 */
export function createStatementNames() {
  const names = new Map<string, string>()
  let isGivenUp = false
  return {
    /** Has a statement named from now on. */
    name(text: string): string {
      names.set(text, `gateway_${hash('sha256', text, 'base64url')}`)
      return text
    },
    nameOf: (text: string) => (isGivenUp ? undefined : names.get(text)),
    /**
     * Whether a statement failed for its name alone, and nothing was done: then none has a name any more. What stands
     * between may give each transaction another connection; or the connection has forgotten it, or knows it otherwise.
     */
    areToBlame: (thrown: unknown): boolean => {
      const areBlamed = causes.has(databaseErrorOf(thrown).code)
      isGivenUp ||= areBlamed
      return areBlamed
    },
  }
}

/** No such statement, one of that name already, and one whose plan does not fit any more. Source: PostgreSQL, Appendix A. */
const causes = new Set(['26000', '42P05', '0A000'])

export type StatementNames = ReturnType<typeof createStatementNames>
