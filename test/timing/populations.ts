import { doors, type Door } from './doors.ts'
import { formats, type Format, type Kind } from './population.ts'

/** Users, the kinds of names that are told apart among them, and where. */
export interface Population {
  readonly name: string
  readonly formats: readonly Format[]
  readonly kinds: readonly Kind[]
  readonly doors: readonly Door[]
  /** What `gateway.yml` says. */
  readonly settings: string
  /** What every answer must say. */
  readonly verdict: 'wrong' | 'throttled'
  /** How many names there are of each kind: many, so that chance gives each format its part of those of nobody. */
  readonly names: number
  /** About how long an answer takes, in milliseconds. */
  readonly cost: number
}

const many = 1_000_000
const three: readonly Kind[] = ['unknown', 'disabled', 'enabled']
const [graphqlActivation, activation, token] = doors
const grants = [graphqlActivation, activation, token]

const patient = {
  kinds: three,
  settings: `throttle: { attempts: ${many}, attempts_per_address: ${many}, attempts_per_caller: ${many} }`,
  verdict: 'wrong',
  names: 1_000,
} as const

/** What is measured, in the order of the report. */
export const populations: readonly Population[] = [
  {
    ...patient,
    name: 'argon2id',
    formats: ['argon2id'],
    kinds: [...three, 'large', 'impossible'],
    doors,
    cost: 12,
  },
  { ...patient, name: 'bcrypt', formats: ['bcrypt'], doors: [activation], cost: 60 },
  { ...patient, name: 'pbkdf2', formats: ['pbkdf2'], doors: [activation], cost: 8 },
  { ...patient, name: 'pbkdf2_stretch', formats: ['pbkdf2_stretch'], doors: [activation], cost: 8 },
  { ...patient, name: 'mixed', formats, doors: [graphqlActivation, activation], cost: 22 },
  {
    name: 'throttled',
    formats: ['argon2id'],
    kinds: three,
    doors: grants,
    settings: `throttle: { attempts: 1, attempts_per_caller: ${many}, first_wait: 24h, longest_wait: 24h }`,
    verdict: 'throttled',
    names: 200,
    cost: 1,
  },
]
