/** What the application shows of a profile. */
export interface Profile {
  readonly uid: string
  readonly enabled: boolean
  readonly user: {
    readonly username: string
    readonly fullName: string | null
    readonly email: string | null
    readonly roles: readonly string[]
    readonly realmName: string
  }
}

/** The gateway does not answer: now, or until somebody mends something. The message is for the log. */
export class GatewayProblem extends Error {
  readonly passes: boolean

  constructor(message: string, passes: boolean) {
    super(message)
    this.passes = passes
  }
}

interface GatewayParts {
  url: string
  /** Of an application that holds `manage_user_profile`, and nothing else. */
  username: string
  password: string
}

interface Answer {
  readonly data?: Readonly<Record<string, unknown>> | null
  readonly errors?: readonly { readonly message: string; readonly extensions?: { readonly code?: string } }[]
}

const fields = 'uid enabled user { username fullName email roles realmName }'
const activate = `mutation Activate($grant: GrantInput!) {
  activateProfile(grant: $grant) { __typename ... on Profile { ${fields} } }
}`
const read = `query Read($uid: ID!) { profile(uid: $uid) { ${fields} } }`

/** Asks the gateway about its users, as the application. What it throws is a GatewayProblem. */
export function createGatewayClient({ url, username, password }: GatewayParts) {
  const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
  return {
    /** Whose credentials these are, or null. The password goes to the gateway, and nowhere else. */
    async logIn(credentials: { username: string; password: string }): Promise<Profile | null> {
      const { data, errors } = await ask(activate, { grant: { password: credentials } })
      const result = data?.activateProfile as (Profile & { __typename: string }) | undefined
      if (result?.__typename === 'Profile') return result
      // Unknown, disabled and wrong are one answer: nobody learns here who has an account. Neither does anybody who
      // sends what no password can be.
      if (result?.__typename === 'GrantRejected' || codeOf(errors) === 'INVALID_INPUT') return null
      throw problemOf(errors)
    },

    /** The profile as it is now, or null if there is none. */
    async profile(uid: string): Promise<Profile | null> {
      const { data, errors } = await ask(read, { uid })
      if (!data || errors) throw problemOf(errors)
      return data.profile as Profile | null
    },
  }

  async function ask(query: string, variables: object): Promise<Answer> {
    const headers = {
      authorization,
      'content-type': 'application/json',
      accept: 'application/graphql-response+json',
    }
    const body = JSON.stringify({ query, variables })
    try {
      const init = { method: 'POST', headers, body, signal: AbortSignal.timeout(10_000) } as const
      const response = await fetch(`${url}/graphql`, init)
      return (await response.json()) as Answer
    } catch (error) {
      throw new GatewayProblem(`the gateway cannot be reached: ${String(error)}`, true)
    }
  }
}

export type GatewayClient = ReturnType<typeof createGatewayClient>

function codeOf(errors: Answer['errors']): string | undefined {
  return errors?.[0]?.extensions?.code
}

/** Others pass by themselves: those are about this application, or about how the gateway is set up. */
function problemOf(errors: Answer['errors']): GatewayProblem {
  const code = codeOf(errors) ?? 'another answer than was expected'
  const lasts = ['UNAUTHENTICATED', 'FORBIDDEN', 'CONFIGURATION'].includes(code)
  return new GatewayProblem(`the gateway says ${code}: ${errors?.[0]?.message ?? ''}`, !lasts)
}
