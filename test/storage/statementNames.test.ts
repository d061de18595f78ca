import { expect, it } from 'vitest'
import { createStatementNames } from '../../src/storage/statementNames.ts'

// A pooler can lead to a session in which another release has prepared its own.
it('a name stands for the same statement in every process, whatever else it prepares', () => {
  const [one, other] = [createStatementNames(), createStatementNames()]
  for (const text of ['SELECT 1', 'SELECT 2']) one.name(text)
  for (const text of ['SELECT 2', 'SELECT 3', 'SELECT 1']) other.name(text)
  expect(one.nameOf('SELECT 1')).toBe(other.nameOf('SELECT 1'))
  expect(one.nameOf('SELECT 2')).toBe(other.nameOf('SELECT 2'))
  expect(new Set(['SELECT 1', 'SELECT 2', 'SELECT 3'].map(other.nameOf)).size).toBe(3)
})

it('a name is one that PostgreSQL takes whole', () => {
  const names = createStatementNames()
  names.name('SELECT 1')
  expect(names.nameOf('SELECT 1')?.length).toBeLessThan(64)
})
