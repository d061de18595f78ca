import { Registry } from 'prom-client'
import { expect, it } from 'vitest'
import { createQueue } from '../../src/authentication/queue.ts'
import { createSpans } from '../../src/metrics/spans.ts'
import { createTurns } from '../../src/metrics/turns.ts'
import { parseExposition, sumOf } from './exposition.ts'

it('who waits in which lane is told while it does, and who is refused is counted', async () => {
  const registry = new Registry()
  const watch = createTurns({
    ...{ registry, spans: createSpans('0') },
    ...{ prefix: 'x', what: 'tasks', stage: 'task', labelNames: ['queue'] },
  })
  const enqueue = createQueue({
    ...{ running: 1, waiting: 4, full: 'full', report: () => undefined },
    watch: watch('one'),
  })
  watch('other')
  const told = async (name: string, labels = {}) =>
    sumOf(parseExposition(await registry.metrics()), `x_${name}`, { queue: 'one', ...labels })

  const held = Promise.withResolvers<undefined>()
  const tasks = ['callers', 'callers', 'grants'].map((lane, index) =>
    enqueue(
      { lane: lane as 'callers', key: `${index}` },
      () => false,
      () => held.promise,
    ),
  )
  // A source has a quarter of the places.
  await expect(
    enqueue(
      { lane: 'callers', key: '1' },
      () => false,
      () => held.promise,
    ),
  ).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  expect([await told('running'), await told('waiting')]).toEqual([1, 2])
  expect([await told('waiting', { lane: 'callers' }), await told('waiting', { lane: 'grants' })]).toEqual([
    1, 1,
  ])
  expect(await told('refused_total', { lane: 'callers' })).toBe(1)
  held.resolve(undefined)
  await Promise.all(tasks)
  await expect(
    enqueue(
      { lane: 'callers', key: '1' },
      () => false,
      () => Promise.reject(new Error('x')),
    ),
  ).rejects.toThrow()
  expect([await told('running'), await told('waiting')]).toEqual([0, 0])
  expect([await told('wait_seconds'), await told('duration_seconds')]).toEqual([4, 4])
  expect(await told('refused_total')).toBe(1)
})

it('nobody traces where no SDK is there', () => {
  expect(createSpans('0').isTraced).toBe(false)
})
