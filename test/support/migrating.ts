// Migrates the database whose URL is its first argument, as soon as it is told to on its standard input. Kills itself
// before the statement whose number is its second argument. Prints how many statements there were.

import { once } from 'node:events'
import type { SqlMigrationAwareDriverAdapterFactory } from '@prisma/driver-adapter-utils'
import { migrate } from '../../src/storage/migrate.ts'
import { adapterFor, dialectOf } from './dialects.ts'

const [url = '', fatal = '0'] = process.argv.slice(2)
let statements = 0

const inner = adapterFor(url)
const counting: SqlMigrationAwareDriverAdapterFactory = {
  provider: inner.provider,
  adapterName: inner.adapterName,
  connectToShadowDb: () => inner.connectToShadowDb(),
  async connect() {
    const connection = await inner.connect()
    const queryRaw = counted(connection.queryRaw.bind(connection))
    const executeRaw = counted(connection.executeRaw.bind(connection))
    const execute = counted(connection.executeScript.bind(connection))
    const executeScript = async (script: string) => {
      for (const statement of statementsOf(script)) await execute(statement)
    }
    // The methods of the adapter call each other: an object of its own counts no statement twice.
    const { provider, adapterName } = connection
    return {
      provider,
      adapterName,
      queryRaw,
      executeRaw,
      executeScript,
      startTransaction: connection.startTransaction.bind(connection),
      dispose: connection.dispose.bind(connection),
    }
  },
}

/** In a migration each statement ends a line; those of a function, between `$$`, are its own. `begin` is one line. */
function statementsOf(script: string): string[] {
  return script
    .split(/(?<=;)\n(?=(?:[^$]*\$\$[^$]*\$\$)*[^$]*$)|(?<=^BEGIN;) /)
    .filter((statement) => statement.trim() !== '')
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
await migrate(dialectOf(url), counting)
console.log(statements)
process.stdin.destroy()
