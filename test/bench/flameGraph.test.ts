import { describe, expect, it } from 'vitest'
import { flameGraph, type CpuProfile } from '../../bench/flameGraph.ts'

interface Call {
  readonly name: string
  readonly url?: string
  readonly time?: number
  readonly calls?: readonly Call[]
}

/** A profile in which each call took its time at once. */
function profileOf(calls: readonly Call[]): CpuProfile {
  const nodes: CpuProfile['nodes'][number][] = []
  const samples: number[] = []
  const timeDeltas: number[] = []
  add({ name: '(root)', calls })
  return { nodes, samples, timeDeltas }

  function add({ name, url = '', time = 0, calls = [] }: Call): number {
    const id = nodes.length + 1
    const children: number[] = []
    nodes.push({ id, callFrame: { functionName: name, url, lineNumber: 6 }, children })
    if (time > 0) {
      samples.push(id)
      timeDeltas.push(time)
    }
    children.push(...calls.map(add))
    return id
  }
}

const served = profileOf([
  { name: '(idle)', time: 900 },
  { name: 'profile', url: 'bench/probe.ts', time: 50 },
  {
    name: 'serve',
    url: 'src/http/server.ts',
    time: 10,
    calls: [
      { name: 'query', url: 'node_modules/pg/lib/client.js', time: 20 },
      { name: 'query', url: 'node_modules/pg/lib/client.js', time: 10 },
      { name: 'a<b', url: 'node_modules/@prisma/client/runtime.js', time: 60 },
    ],
  },
])

describe('a flame graph', () => {
  it('has a frame for each call, with what it and what it called took, and whose code it is', () => {
    const graph = flameGraph('a title', served)
    expect(titlesOf(graph)).toEqual([
      'all: 100.0 %, itself 0.0 %',
      'serve src/http/server.ts:7 · ours: 100.0 %, itself 10.0 %',
      'a&lt;b @prisma/client/runtime.js:7 · prisma: 60.0 %, itself 60.0 %',
      'query pg/lib/client.js:7 · pg: 30.0 %, itself 30.0 %',
    ])
    expect(graph).toContain('>a title</text>')
  })

  it('is the same text for the same profile', () => {
    expect(flameGraph('t', served)).toBe(flameGraph('t', served))
  })

  it('leaves out what is narrower than 0.3 %', () => {
    const graph = flameGraph(
      't',
      profileOf([
        { name: 'wide', time: 997 },
        { name: 'narrow', time: 2 },
      ]),
    )
    expect(titlesOf(graph).join()).toContain('wide')
    expect(titlesOf(graph).join()).not.toContain('narrow')
  })

  it('stays below 60 kB, however much was called', () => {
    const calls = Array.from({ length: 300 }, (_, n) => ({
      name: `function${n}`,
      calls: [{ name: 'x'.repeat(200), time: 10 + (n % 7) }],
    }))
    expect(flameGraph('t', profileOf(calls)).length).toBeLessThan(60_000)
  })
})

function titlesOf(graph: string): string[] {
  return [...graph.matchAll(/<title>(.*?)<\/title>/g)].map(([, title = '']) => title)
}
