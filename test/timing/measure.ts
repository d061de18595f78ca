import { randomInt } from 'node:crypto'
import { Connection } from '../../bench/connection.ts'
import { wrongPassword, type Door } from './doors.ts'
import type { Kind, Names } from './population.ts'

/** The times of the answers, in microseconds, by the kind of name. */
export type Times = ReadonlyMap<Kind, Float64Array>

interface Trying {
  port: number
  door: Door
  names: Names
  /** What is to be told apart. */
  kinds: readonly Kind[]
  /** Of each kind. */
  samples: number
  /** What every answer must say. */
  verdict: 'wrong' | 'throttled'
}

/** Of each kind: what a server does first is not what it does later. */
const discarded = 20

/**
 * Tries a fresh wrong password at one name after the other, over a connection that is kept. The kinds take turns in an
 * order of chance, so that whatever else the machine does meets all of them alike.
 */
export async function measure({ port, door, names, kinds, samples, verdict }: Trying): Promise<Times> {
  const times = new Map(kinds.map((kind) => [kind, new Float64Array(samples)]))
  const connection = await Connection.open(port)
  try {
    for (let turn = -discarded; turn < samples; turn++) {
      for (const kind of shuffled(kinds)) {
        const all = names[kind]
        const username = all[(turn + discarded) % all.length] ?? ''
        const taken = await timeOf(username)
        const list = times.get(kind)
        if (list && turn >= 0) list[turn] = taken
      }
    }
  } finally {
    connection.close()
  }
  return times

  async function timeOf(username: string): Promise<number> {
    const request = door.request(username, wrongPassword())
    const begun = process.hrtime.bigint()
    const { status, body } = await connection.exchange(request)
    const taken = Number(process.hrtime.bigint() - begun) / 1_000
    if (door.verdict(status, body) !== verdict)
      throw new Error(`${door.name}: expected that it is ${verdict}, got ${status} ${body}`)
    return taken
  }
}

/** Tries one wrong password at each name. */
export async function tryOnce({ port, door, names, kinds }: Trying): Promise<void> {
  const connection = await Connection.open(port)
  for (const name of kinds.flatMap((kind) => names[kind]))
    await connection.exchange(door.request(name, wrongPassword()))
  connection.close()
}

function shuffled<T>(all: readonly T[]): T[] {
  const rest = [...all]
  return all.flatMap(() => rest.splice(randomInt(rest.length), 1))
}
