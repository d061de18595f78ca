import { Counter, Gauge, type Registry } from 'prom-client'
import type { RealmState } from '../realms/realms.ts'
import type { PoolState } from '../storage/database.ts'
import { ownPasswords } from './realms.ts'

/** What is asked only when metrics are read. */
export interface States {
  readonly realms: () => readonly RealmState[]
  /** How many proven passwords are remembered. */
  readonly passwords: () => number
  /** The connections to the database; null where it has but one. */
  readonly pool: () => PoolState | null
  /** How many audit lines could not be written so far. */
  readonly auditFailures: () => number
  /** What is wrong now, though the gateway works. */
  readonly problems: () => readonly string[]
  /** Epoch milliseconds. */
  readonly clock: () => number
}

/** Has the state of things told whenever metrics are read. Nothing is paid for it in between. */
export function tellStates(registry: Registry, states: States): void {
  const { realms, passwords, pool, auditFailures, problems, clock } = states
  const registers = [registry]
  const ofRealm = ['realm_type', 'realm']
  gauge(
    'jwks_age_seconds',
    'How long ago the public keys of a JWT realm were last read.',
    ofRealm,
    ofRealms(({ keysReadAt }) => (keysReadAt === null ? null : Math.max(0, clock() - keysReadAt) / 1_000)),
  )
  gauge(
    'realm_breaker_open',
    'Whether the server of a realm is not asked for a while, since it does not answer: 1, or 0.',
    ofRealm,
    ofRealms(({ isPaused }) => (isPaused === null ? null : Number(isPaused))),
  )
  gauge('proof_cache_entries', 'How many proofs are remembered.', ofRealm, (set) => {
    set(passwords(), ownPasswords.type, ownPasswords.name)
    ofRealms(({ remembered }) => remembered)(set)
  })
  gauge('database_pool_connections', 'Connections to PostgreSQL.', ['state'], (set) => {
    const { total, idle } = pool() ?? {}
    if (total === undefined || idle === undefined) return
    set(total - idle, 'used')
    set(idle, 'idle')
  })
  gauge('database_pool_waiting', 'How many statements wait for a connection to PostgreSQL.', [], (set) => {
    set(pool()?.waiting ?? 0)
  })
  gauge('problems', 'How many things are wrong that make the gateway degraded.', [], (set) => {
    set(problems().length)
  })
  new Counter({
    name: 'profile_gateway_audit_failures_total',
    help: 'Audit lines that could not be written.',
    registers,
    collect() {
      this.reset()
      this.inc(auditFailures())
    },
  })

  function ofRealms(valueOf: (state: RealmState) => number | null) {
    return (set: Set) => {
      for (const state of realms()) {
        const value = valueOf(state)
        if (value !== null) set(value, state.ref.type, state.ref.name)
      }
    }
  }

  function gauge(name: string, help: string, labelNames: string[], tell: (set: Set) => void): void {
    new Gauge({
      name: `profile_gateway_${name}`,
      help,
      labelNames,
      registers,
      collect() {
        // A realm may be gone.
        this.reset()
        tell((value, ...labels) => {
          this.labels(...labels).set(value)
        })
      },
    })
  }
}

type Set = (value: number, ...labels: string[]) => void
