import { lruCache } from '../lruCache.ts'
import type { Candidates, Refresh } from '../profile/repository.ts'

/** How many are remembered. */
const mostRemembered = 10_000

/**
 * Remembers, by their bases, which profiles an activation here has found fresh, or has made so in passing: the next
 * activation will most likely write nothing. This never decides whether it does. `clock` is in milliseconds.
 */
export function createFreshProfiles(clock: () => number = () => performance.now()) {
  /** Until when they are fresh. */
  const fresh = lruCache<number>(mostRemembered)

  return {
    has: (base: string): boolean => (fresh.get(base) ?? -Infinity) > clock(),

    remember(base: string, found: Candidates, { unchangedGrace }: Pick<Refresh, 'unchangedGrace'>): void {
      const [profile] = found.profiles
      if (!profile) return
      const age = found.isRefreshed ? 0 : Math.max(0, found.now - profile.lastSynchronized)
      if (age < unchangedGrace) fresh.set(base, clock() + unchangedGrace - age)
    },
  }
}
