import { availableParallelism } from 'node:os'
import { hash, verify } from '@node-rs/argon2'
import { application, password } from './people.ts'

/** The hashes that the users have, and what it takes to verify one. */
export interface Passwords {
  readonly userHash: string
  readonly applicationHash: string
  /** How many this machine verifies in a second, with all its cores. */
  readonly rate: number
  /** How many it can at most: each as fast as the fastest. */
  readonly highestRate: number
}

/** The gateway's. */
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }

/** Hashes the passwords and measures how fast they are verified. */
export async function hashPasswords(): Promise<Passwords> {
  const userHash = await hash(password, cost)
  const applicationHash = await hash(application.password, cost)
  const cores = availableParallelism()
  const begun = performance.now()
  const times: number[] = []
  const verifyOn = async () => {
    while (performance.now() - begun < 1_000) {
      const one = performance.now()
      await verify(userHash, password)
      times.push(performance.now() - one)
    }
  }
  await Promise.all(Array.from({ length: cores }, verifyOn))
  return {
    userHash,
    applicationHash,
    rate: (times.length * 1_000) / (performance.now() - begun),
    highestRate: (cores * 1_000) / Math.min(...times),
  }
}
