import type { Settings } from '../config.ts'
import { failure, ok, skipped, warning, type Check } from './check.ts'
import type { Skew } from './probe.ts'

/** In milliseconds: clocks that are kept right differ by less. */
const harmless = 2_000

/** Whether other clocks say the same as that of this machine, as far as can be told from here. */
export function clockCheck({ realms }: Pick<Settings, 'realms'>, skews: readonly Skew[]): Check {
  const id = 'clock'
  if (skews.length === 0) return skipped(id, 'there is no other clock to compare with')
  // Each may be wrong by what it took to ask.
  const sure = ({ ahead, within }: Skew) => Math.max(0, Math.abs(ahead) - within)
  const wrong = skews.filter((skew) => sure(skew) > harmless)
  if (wrong.length === 0) return ok(id, `it agrees with ${skews.map((skew) => skew.of).join(', ')}`)
  const allowed = Math.min(
    ...Object.values(realms.jwt).map((settings) => settings.allowed_clock_skew),
    60_000,
  )
  const named = wrong.map((skew) => `${skew.of} is ${secondsOf(skew.ahead)}`).join('; ')
  const judge = wrong.some((skew) => sure(skew) > allowed) ? failure : warning
  return judge(id, named, 'set the clocks right, by NTP: tokens are taken too long, or refused')
}

function secondsOf(ahead: number): string {
  return `${Math.round(Math.abs(ahead) / 1_000)} s ${ahead > 0 ? 'ahead' : 'behind'}`
}
