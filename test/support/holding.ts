// Opens the SQLite database that is its argument, writes a row, and keeps it open until it is killed.

import { openSqlite } from '../../src/storage/sqlite.ts'

const { client } = await openSqlite({ url: process.argv[2] ?? '', clock: Date.now, migrateOnStart: false })
await client.role.create({ data: { name: 'kept', definition: {}, revision: 1 } })
console.log('open')
setInterval(() => undefined, 60_000)
