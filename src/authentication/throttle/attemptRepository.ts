import type { Budget } from './budgets.ts'

/** What became of credentials that were tried: nothing, where nobody could judge them. */
export type Verdict = 'right' | 'wrong' | 'unjudged'

/** An attempt may be judged. It has been taken of these budgets. */
export interface Taken {
  readonly kind: 'taken'
  readonly budgets: readonly Budget[]
}

/** An attempt has to wait, by what was wrong before. */
export interface Kept {
  readonly kind: 'kept'
  /** The budget that says so. */
  readonly key: string
  /** For how long, in milliseconds. */
  readonly wait: number
}

/** So many are being judged that, if all of them are wrong, this one would have to wait. */
export interface Full {
  readonly kind: 'full'
  readonly key: string
}

/**
 * The attempts that all gateways of a database count together. Each method is one statement, whatever happens at once, or
 * a part of one that it shares with others; times are the database's.
 */
export interface AttemptRepository {
  /** Takes an attempt of every budget, or of none. Where somebody is known, of the budget alone that knows that. */
  take(budgets: readonly Budget[]): Promise<Taken | Kept | Full>
  /**
   * Says of what was taken what it was. What nobody says of it within a minute counts no more.
   * @throws a `Failure` that `isUndone`, where that is sure and it can be said again
   */
  settle(budgets: readonly Budget[], verdict: Verdict): Promise<void>
  /** Whether somebody is known by this budget. */
  isKnown(budget: Budget): Promise<boolean>
  /** Removes what is forgotten; some, if that is very much. How many. */
  removeOld(): Promise<number>
}
