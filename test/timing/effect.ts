// How far two lists of times are apart, and what that is worth to whoever guesses. Times are in microseconds.

/** How two classes of requests differ. */
export interface Effect {
  /** The median of the second less that of the first, and its standard error. */
  readonly difference: number
  readonly error: number
  /**
   * Cliff's delta: how much more likely it is that one of the second takes longer than one of the first than the other
   * way round, from -1 to 1, with its 95 % confidence interval. Source: Cliff 1993; DeLong et al. 1988 for the interval.
   */
  readonly delta: number
  readonly low: number
  readonly high: number
  /**
   * Welch's t, the one that is furthest from 0 of all times and of those below some quantiles, which slow outliers do
   * not blur. Beyond 4.5 it is customary to speak of a leak. Source: Reparaz, Balasch, Verbauwhede: dudect, 2017.
   */
  readonly t: number
  /** What one request varies by, as the standard deviation of a normal distribution with such quartiles. */
  readonly noise: number
}

/** Beyond it, times are held to differ. */
export const customaryThreshold = 4.5

export function effectBetween(first: Float64Array, second: Float64Array): Effect {
  const [one, other] = [first.toSorted(), second.toSorted()]
  const { delta, error } = cliffsDelta(one, other)
  const pooled = Float64Array.from([...one, ...other]).sort()
  const cropped = [1, 0.95, 0.8, 0.5].map((part) => {
    const limit = quantile(pooled, part)
    return welch(below(one, limit), below(other, limit))
  })
  return {
    difference: quantile(other, 0.5) - quantile(one, 0.5),
    error: Math.hypot(medianError(one), medianError(other)),
    delta,
    low: Math.max(-1, delta - 1.96 * error),
    high: Math.min(1, delta + 1.96 * error),
    t: cropped.reduce((most, t) => (Math.abs(t) > Math.abs(most) ? t : most), 0),
    noise: Math.hypot(spread(one), spread(other)) / Math.SQRT2,
  }
}

/**
 * How many guesses at one name tell whether it exists, wrongly in one case of twenty, by whoever knows beforehand what
 * other names take: at least so many, even if the difference is at the end of its confidence interval.
 * @param jitter what a network adds to each, as a standard deviation
 */
export function guessesNeeded({ difference, error, noise }: Effect, jitter: number): number {
  const largest = Math.abs(difference) + 1.96 * error
  return Math.max(1, Math.ceil((2 * 1.645 * Math.hypot(noise, jitter)) ** 2 / largest ** 2))
}

/** The value that a part of the ascending ones do not exceed. */
export function quantile(ascending: Float64Array, part: number): number {
  const place = (ascending.length - 1) * part
  const [low = NaN, high = NaN] = [ascending[Math.floor(place)], ascending[Math.ceil(place)]]
  return low + (high - low) * (place - Math.floor(place))
}

/** By where each of one list stands in the other, both ascending. */
function cliffsDelta(one: Float64Array, other: Float64Array): { delta: number; error: number } {
  const ofOther = placements(other, one)
  const ofOne = placements(one, other)
  const variance = varianceOf(ofOther) / other.length + varianceOf(ofOne) / one.length
  return { delta: meanOf(ofOther), error: Math.sqrt(variance) }
}

/** For each of a list the part of the other that is less, less the part that is more; both ascending. */
function placements(list: Float64Array, other: Float64Array): Float64Array {
  let less = 0
  let notMore = 0
  return list.map((value) => {
    while (less < other.length && (other[less] ?? NaN) < value) less += 1
    while (notMore < other.length && (other[notMore] ?? NaN) <= value) notMore += 1
    return (less - (other.length - notMore)) / other.length
  })
}

function welch(one: Float64Array, other: Float64Array): number {
  if (one.length < 2 || other.length < 2) return 0
  const error = Math.sqrt(varianceOf(one) / one.length + varianceOf(other) / other.length)
  const difference = meanOf(other) - meanOf(one)
  return difference === 0 ? 0 : difference / error
}

/** The standard error of a median. Source: McKean and Schrader 1984. */
function medianError(ascending: Float64Array): number {
  const n = ascending.length
  const place = Math.max(0, Math.round((n + 1) / 2 - 1.96 * Math.sqrt(n / 4)) - 1)
  return ((ascending[n - 1 - place] ?? NaN) - (ascending[place] ?? NaN)) / (2 * 1.96)
}

function spread(ascending: Float64Array): number {
  return (quantile(ascending, 0.75) - quantile(ascending, 0.25)) / 1.349
}

function below(list: Float64Array, limit: number): Float64Array {
  return list.filter((value) => value <= limit)
}

function meanOf(list: Float64Array): number {
  return list.reduce((sum, value) => sum + value, 0) / list.length
}

function varianceOf(list: Float64Array): number {
  const mean = meanOf(list)
  return list.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (list.length - 1)
}
