/** One thing that was looked at. */
export interface Check {
  /** Names it, for scripts. */
  readonly id: string
  readonly state: 'ok' | 'warning' | 'failure' | 'skipped'
  /** What is, and never a secret. Several things stand in a line each. */
  readonly finding: string
  /** What to do about it, unless it is well, nobody could look, or the finding says it. */
  readonly advice: string | null
}

export function ok(id: string, finding: string): Check {
  return { id, state: 'ok', finding, advice: null }
}

/** It works, and may not stay so, or is weaker than it could be. */
export function warning(id: string, finding: string, advice: string): Check {
  return { id, state: 'warning', finding, advice }
}

/** It does not work, or not for somebody. */
export function failure(id: string, finding: string, advice: string | null): Check {
  return { id, state: 'failure', finding, advice }
}

/** Nobody could look, or there is nothing to look at. */
export function skipped(id: string, finding: string): Check {
  return { id, state: 'skipped', finding, advice: null }
}
