import { randomUUID } from 'node:crypto'
import { onTestFinished } from 'vitest'
import type { EmptyDatabase } from './emptyDatabase.ts'

/** Makes a role of PostgreSQL that may only read a database, until the test is over, and answers its URL. */
export async function readerOf({ url, run }: Pick<EmptyDatabase, 'url' | 'run'>): Promise<string> {
  const role = `reader_${randomUUID().slice(0, 8)}`
  await run(`CREATE ROLE ${role} LOGIN`)
  onTestFinished(async () => {
    await run(`DROP OWNED BY ${role}`)
    await run(`DROP ROLE ${role}`)
  })
  await run(`GRANT SELECT ON ALL TABLES IN SCHEMA public TO ${role}`)
  return Object.assign(new URL(url), { username: role, password: '' }).href
}
