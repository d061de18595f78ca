import type { Measurement } from './job.ts'

/** From how much of a core on a measurement counts as disturbed. */
const tolerated = 0.1

/** A word about what others used during a measurement, where it was too much. */
export function noiseIn({ noise }: Measurement): string {
  return noise > tolerated ? `, NOISY: others used ${(noise * 100).toFixed(0)} % of a core` : ''
}

/** What to say about all measurements. */
export function noiseNote(measurements: readonly Measurement[]): string {
  const noises = measurements.map(({ noise }) => noise)
  const noisy = noises.filter((noise) => noise > tolerated).length
  const most = Math.max(0, ...noises) * 100
  if (noisy === 0) return `The machine was quiet: others used at most ${most.toFixed(0)} % of a core.`
  return `**The machine was noisy**: in ${noisy} of ${noises.length} measurements others used more than ${tolerated * 100} % of a core, at most ${most.toFixed(0)} %.`
}
