import { wildcard } from '../wildcard.ts'

/** How far each path that can still be reached has been followed. */
export interface Places {
  /** The places that come next, among the names of all paths, which stand one behind the other. */
  readonly next: number[]
  /** Whether one of the paths has been followed to its end. */
  isEnd: boolean
  /** The patterns that are next, by their numbers. */
  readonly patterns: number[]
  /** What was found below, by the numbers of a name and of the patterns that it fits. */
  readonly below: Map<string, Places>
}

/** How many steps are remembered: patterns can lead to very many places, which take memory. */
const mostRemembered = 2_000

/**
 * Makes what follows a value's names through paths: `*` stands for part of a name, `**` for any number of names. Names
 * that lead to the same places cost one step, however many paths there are.
 */
export function createPathPlaces(paths: readonly string[]) {
  /** Each path is closed by null. */
  const names = paths.flatMap((path) => [...namesOf(path), null])
  const distinct = [...new Set(names)].filter((name) => name !== null)
  const numbers = new Map(distinct.map((name, number) => [name, number]))
  const fits = distinct.map((name) => (isPattern(name) ? wildcard(name) : null))
  const wanted = names.map((name) => (name === null ? -1 : (numbers.get(name) ?? -1)))
  /** In which round a place was reached, a pattern was noted and a name was what is looked for. */
  const reachedIn = names.map(() => 0)
  const notedIn = distinct.map(() => 0)
  const askedIn = distinct.map(() => 0)
  const known = new Map<string, Places>()
  let round = 0
  let remembered = 0
  return { starts: startsOf(), follow }

  function startsOf(): Places {
    const places = emptyPlaces()
    round += 1
    for (let place = 0; place < names.length; place = names.indexOf(null, place) + 1) reach(places, place)
    return places
  }

  /** The places below a name. */
  function follow(places: Places, name: string): Places {
    const number = numbers.get(name) ?? -1
    const asked = [number, ...places.patterns.filter((pattern) => fits[pattern]?.(name))]
    const key = asked.join()
    const found = places.below.get(key)
    if (found) return found
    const made = find(places, asked)
    if (remembered >= mostRemembered) return made
    remembered += 1
    const same = sameAs(made)
    places.below.set(key, same)
    return same
  }

  function find({ next }: Places, asked: readonly number[]): Places {
    const places = emptyPlaces()
    round += 1
    for (const number of asked) if (number >= 0) askedIn[number] = round
    for (const place of next) {
      if (names[place] === '**') reach(places, place)
      else if (askedIn[wanted[place] ?? -1] === round) reach(places, place + 1)
    }
    return places
  }

  /** Since `**` may stand for no name, what is behind it is reached with it. */
  function reach(places: Places, place: number): void {
    if (reachedIn[place] === round) return
    reachedIn[place] = round
    places.next.push(place)
    const number = wanted[place] ?? -1
    if (number < 0) places.isEnd = true
    else if (names[place] === '**') reach(places, place + 1)
    else if (fits[number] && notedIn[number] !== round) {
      notedIn[number] = round
      places.patterns.push(number)
    }
  }

  /** Places that are the same are so by identity, too: what is below them is found once. */
  function sameAs(places: Places): Places {
    const key = places.next.join()
    const same = known.get(key) ?? places
    known.set(key, same)
    return same
  }
}

function emptyPlaces(): Places {
  return { next: [], isEnd: false, patterns: [], below: new Map() }
}

function namesOf(path: string): string[] {
  return path.replaceAll(/\*\*(\.\*\*)+/g, '**').split('.')
}

function isPattern(name: string): boolean {
  return name !== '**' && name.includes('*')
}
