import { expect } from 'vitest'
import { provision } from '../support/people.ts'
import type { Fetch } from '../support/testApp.ts'
import { newPerson, type Person } from './person.ts'
import { activateByRest, activationIn, putUser } from './requests.ts'

/** Whom clients write. What is acknowledged is noted with each person. */
export interface People {
  /** They have a profile, and are written all the time. */
  readonly regulars: readonly Person[]
  /** They come one after the other, are activated once and leave. */
  readonly newcomers: Person[]
}

/** Makes regulars, and the application that activates them. */
export async function populate(fetch: Fetch): Promise<People> {
  await provision(fetch)
  const regulars = Array.from({ length: 8 }, (_, index) => newPerson(`person-${index}`))
  for (const person of regulars) {
    const version = person.users.send()
    expect(await putUser(fetch, person, version, person.password)).toMatchObject({ status: 200 })
    person.users.acknowledge(version)
    const activation = activationIn(await activateByRest(fetch, person))
    person.activations.set(activation.seqNo, activation)
  }
  return { regulars, newcomers: [] }
}
