import { expect, it } from 'vitest'
import { createLookups } from '../../src/graphql/lookups.ts'

it('a list is read once, however many fields of a request ask for it', async () => {
  let reads = 0
  const read = () => Promise.resolve([(reads += 1)])
  const lookups = createLookups()
  const asked = [null, null, ['a'], ['a'], ['a', 'b']].map((names) => lookups.list('users', names, read))
  expect(await Promise.all(asked)).toEqual([[1], [1], [2], [2], [3]])
  expect(await lookups.list('roles', null, read)).toEqual([4])
  expect(await createLookups().list('users', null, read)).toEqual([5])
})
