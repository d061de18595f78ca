import { expect, it, onTestFinished } from 'vitest'
import { openTransferDatabase } from '../../../src/storage/transferDatabase.ts'
import { databaseOfTest, optionsFor } from '../../support/testDatabase.ts'

it.each(['fullName', 'email'])('users whose %s is long are read one after the other', async (column) => {
  const made = await databaseOfTest()
  const long = 'x'.repeat(3_000_000)
  for (const username of ['a', 'b', 'c'])
    await made.run(`INSERT INTO "users" ("username","passwordHash","roles","metadata","enabled","revision","${column}")
      VALUES ('${username}','hash','[]','{}',true,1,'${long}')`)
  const { exports, close } = await openTransferDatabase(optionsFor(made))
  onTestFinished(close)
  const parts = await exports.snapshot(async (snapshot) => {
    const read: number[] = []
    for await (const part of snapshot.records('user')) read.push(part.length)
    return read
  })
  expect(parts).toEqual([1, 1, 1])
})
