// How both doors answer an activation, for tests that compare them: the body of REST, and what GraphQL answers as such.

/** A profile as Elasticsearch writes it: what is absent is left out. */
export interface ProfileBody {
  readonly uid: string
  readonly enabled: boolean
  readonly last_synchronized: number
  readonly user: Readonly<Record<string, unknown>>
  readonly labels: Readonly<Record<string, unknown>>
  readonly data: object
  readonly _doc: { readonly _primary_term: number; readonly _seq_no: number }
}

/** Asks at GraphQL for all that REST answers. */
export const activateProfile = /* GraphQL */ `
  mutation Activate($grant: GrantInput!) {
    activateProfile(grant: $grant) {
      __typename
      ... on Profile {
        uid
        enabled
        lastSynchronized
        user {
          username
          roles
          realm_name: realmName
          realm_domain: realmDomain
          email
          full_name: fullName
        }
        labels
        data(keys: [])
        doc {
          _primary_term: primaryTerm
          _seq_no: seqNo
        }
      }
      ... on GrantRejected {
        message
        reason
        principal
      }
    }
  }
`

/** What that document makes of a profile. */
export interface GraphqlProfile extends Omit<ProfileBody, 'last_synchronized' | '_doc'> {
  readonly lastSynchronized: string
  readonly doc: ProfileBody['_doc']
}

export function profileBodyOf(profile: GraphqlProfile): ProfileBody {
  const { uid, enabled, lastSynchronized, user, labels, data, doc } = profile
  const present = Object.fromEntries(Object.entries(user).filter(([, value]) => value !== null))
  const last_synchronized = Date.parse(lastSynchronized)
  return { uid, enabled, last_synchronized, user: present, labels, data, _doc: doc }
}

/** What a grant that proves nobody is told. */
export function rejection(principal: string): string {
  return `unable to authenticate user [${principal}] for action [cluster:admin/xpack/security/profile/activate]`
}
