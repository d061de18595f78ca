// Migrates the SQLite file that is its first argument, as soon as it is told to on its standard input. Kills itself
// before the statement whose number is its second argument. Prints how many statements there were.

import { once } from 'node:events'
import { PrismaBetterSqlite3 } from '@prisma/adapter-better-sqlite3'
import type { SqlMigrationAwareDriverAdapterFactory } from '@prisma/driver-adapter-utils'
import { migrate } from '../../src/storage/migrate.ts'
import { sqlite } from '../../src/storage/sqlite.ts'

const [file = '', fatal = '0'] = process.argv.slice(2)
let statements = 0

const inner = new PrismaBetterSqlite3({ url: `file:${file}` })
const counting: SqlMigrationAwareDriverAdapterFactory = {
  provider: inner.provider,
  adapterName: inner.adapterName,
  connectToShadowDb: () => inner.connectToShadowDb(),
  async connect() {
    const connection = await inner.connect()
    const execute = counted(connection.executeScript.bind(connection))
    return Object.assign(connection, {
      queryRaw: counted(connection.queryRaw.bind(connection)),
      executeRaw: counted(connection.executeRaw.bind(connection)),
      async executeScript(script: string) {
        for (const statement of script.split(/(?<=;)\n/)) await execute(statement)
      },
    })
  },
}

function counted<A, R>(execute: (argument: A) => Promise<R>): (argument: A) => Promise<R> {
  return (argument) => {
    statements += 1
    if (statements === Number(fatal)) process.kill(process.pid, 'SIGKILL')
    return execute(argument)
  }
}

console.log('ready')
await once(process.stdin, 'data')
await migrate(sqlite, counting)
console.log(statements)
process.stdin.destroy()
