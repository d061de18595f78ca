import type { RealmRef, Standing } from '../authentication/subject.ts'

/** What a realm is called in metrics: as it is configured, so that there are no more than that. */
export interface RealmLabels {
  readonly type: string
  readonly name: string
}

/** Where no realm has proven anybody. */
export const noRealm: RealmLabels = { type: 'none', name: 'none' }

interface ProvenBy {
  readonly subject: { readonly realm: RealmRef }
  readonly standing?: Pick<Standing, 'via'>
}

/** A cluster's own realms may be any: its users are those of the realm that has asked it. */
export function realmLabels({ subject, standing }: ProvenBy): RealmLabels {
  const via = standing?.via ?? null
  return via === null ? subject.realm : { type: 'elasticsearch', name: via }
}
