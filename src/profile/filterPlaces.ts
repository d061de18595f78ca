/** How far each filter that can still fit has been matched: places in all filters, which stand one behind the other. */
export type Places = readonly number[]

/** Stands at the end of a filter. No character has this code. */
const end = -1
/** Where a character leads that a filter cannot have there. */
const nowhere = -1

/**
 * Makes what follows paths through filters piece by piece, so that what paths begin with is matched once for all of them.
 * A `*` stands for any characters, as in `wildcard`. A filter is at one place at most: each text between stars counts where
 * it comes first, and a character that does not fit leads back in it as Knuth, Morris and Pratt have it, in a few steps.
 */
export function createFilterPlaces(filters: readonly string[]) {
  const size = filters.reduce((sum, filter) => sum + filter.length + 1, 0)
  const codes = new Int32Array(size)
  /** Where a character leads that is not the one at the place. To the place itself: behind a star anything is skipped. */
  const backs = new Int32Array(size)
  let used = 0
  const starts: Places = [...new Set(filters)].map(addFilter)
  return { starts, follow, isEnd }

  /** Where a path is after more of its text. */
  function follow(places: Places, text: string): Places {
    return places.map((place) => placeAfter(place, text)).filter((place) => place !== nowhere)
  }

  /** Whether one of the filters has been matched to its end. */
  function isEnd(places: Places): boolean {
    return places.some((place) => codes[place] === end)
  }

  function placeAfter(start: number, text: string): number {
    let place = start
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at)
      while (codes[place] !== code && backs[place] !== place) {
        place = backs[place] ?? nowhere
        if (place === nowhere) return nowhere
      }
      if (codes[place] === code) place++
    }
    return place
  }

  /** Answers where it begins. */
  function addFilter(filter: string): number {
    const start = used
    const [head = '', ...others] = filter.split(/\*+/)
    for (const code of codesOf(head)) add(code, nowhere)
    let backOfEnd = nowhere
    for (const part of others) backOfEnd = addPart(codesOf(part))
    add(end, backOfEnd)
    return start
  }

  /** Adds what stands behind a star, and answers where its end leads back to. */
  function addPart(part: readonly number[]): number {
    const start = used
    const borders = bordersOf(part)
    for (const [at, code] of part.entries()) {
      const back = start + (borders[at] ?? 0)
      // Where the same is expected, it would not fit either.
      add(code, at > 0 && codes[back] === code ? (backs[back] ?? start) : back)
    }
    return start + (borders[part.length] ?? 0)
  }

  function add(code: number, back: number): void {
    codes[used] = code
    backs[used++] = back
  }
}

function codesOf(text: string): number[] {
  return Array.from({ length: text.length }, (_, at) => text.charCodeAt(at))
}

/** For each beginning of a part, by its length, how long the longest shorter one is with which it ends. */
function bordersOf(part: readonly number[]): number[] {
  const borders = [0, 0]
  for (let at = 1; at < part.length; at++) {
    let border = borders[at] ?? 0
    while (border > 0 && part[border] !== part[at]) border = borders[border] ?? 0
    borders.push(part[border] === part[at] ? border + 1 : 0)
  }
  return borders
}
