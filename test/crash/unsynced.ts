// Loaded before the gateway (`node --import`): SQLite then does not sync what it writes.

import { PrismaBetterSqlite3 } from '@prisma/adapter-better-sqlite3'

const connect = Object.getOwnPropertyDescriptor(PrismaBetterSqlite3.prototype, 'connect')
  ?.value as PrismaBetterSqlite3['connect']

PrismaBetterSqlite3.prototype.connect = async function () {
  const connection = await connect.call(this)
  const executeScript = connection.executeScript.bind(connection)
  connection.executeScript = (script) =>
    executeScript(script.replace('synchronous = FULL', 'synchronous = OFF'))
  return connection
}
