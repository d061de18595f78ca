import type { Config } from '../config.ts'
import { commandOptions } from '../databaseOptions.ts'
import type { DatabaseOptions } from '../storage/database.ts'

/** How long a statement may take that sorts all keys, in milliseconds. */
const statementTimeout = 3_600_000

/** How a database is opened by a command that reads or writes much of it. */
export function transferOptions(config: Config, clock: () => number): DatabaseOptions {
  // Whichever pooler stands in between, it works without them.
  return { ...commandOptions(config, clock), statementTimeout, preparedStatements: false }
}
