import type { Credentials } from '../support/testApp.ts'
import { createVersions, type Versions } from './versions.ts'

/** A user whom clients keep writing, with everything that the gateway has acknowledged of it. */
export interface Person extends Credentials {
  /** What operators have put. */
  readonly users: Versions
  /** What applications keep in the profile. */
  readonly data: Versions
  /** Acknowledged activations, by their `_seq_no`. */
  readonly activations: Map<number, Activation>
}

/** A profile as an activation answers it, at either door. */
export interface Activation {
  readonly uid: string
  readonly seqNo: number
  readonly enabled: boolean
  readonly lastSynchronized: number
  readonly user: UserBlock
  readonly labels: unknown
}

export interface UserBlock {
  readonly username: string
  readonly roles: readonly string[]
  readonly full_name?: string
  readonly email?: string
}

/** Somebody new, of whom nothing is written yet. */
export function newPerson(username: string): Person {
  const versions = { users: createVersions(), data: createVersions() }
  return { username, password: `p@ss-of-${username}`, ...versions, activations: new Map() }
}

/** What a version of the user says: each of its fields tells which version it is. */
export function userOf(version: number) {
  return { roles: [`role-${version}`], full_name: `Version ${version}`, email: `${version}@example.com` }
}

/** What a version of the application's labels, or of its data, says. */
export function documentOf(version: number) {
  return { load: { version, text: `version ${version}` } }
}

/** The version that a text of it names, or 0 if it names none. */
export function versionIn(text: unknown): number {
  return Number(/\b(\d+)/.exec(typeof text === 'string' ? text : '')?.[1] ?? 0)
}

/** The latest activation that was acknowledged. */
export function latest({ activations }: Person): Activation | undefined {
  return activations.get(Math.max(...activations.keys()))
}
