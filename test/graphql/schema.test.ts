import {
  buildSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isNonNullType,
  isObjectType,
  isUnionType,
  parse,
  print,
  printSchema,
  printType,
  visit,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLNamedType,
  type GraphQLSchema,
} from 'graphql'
import { describe, expect, it } from 'vitest'
import { schema } from '../../src/graphql/schema.ts'

/** What frontends rely on. Source: design 5, as far as this step goes. */
const contract = buildSchema(/* GraphQL */ `
  type Mutation {
    activateProfile(grant: GrantInput!): ActivateProfileResult!
    activateMyProfile: ActivateMyProfileResult!
    updateProfileData(
      uid: ID!
      labels: JSONObject
      data: JSONObject
      ifSeqNo: SafeInt
      ifPrimaryTerm: SafeInt
    ): UpdateProfileDataResult!
    enableProfile(uid: ID!): SetProfileEnabledResult!
    disableProfile(uid: ID!): SetProfileEnabledResult!
  }
  input GrantInput @oneOf {
    password: PasswordGrantInput
    accessToken: AccessTokenGrantInput
  }
  input PasswordGrantInput {
    username: String!
    password: String!
  }
  input AccessTokenGrantInput {
    token: String!
    clientAuthentication: ClientAuthenticationInput
  }
  input ClientAuthenticationInput {
    scheme: ClientAuthenticationScheme! = SHARED_SECRET
    value: String!
  }
  enum ClientAuthenticationScheme {
    SHARED_SECRET
  }

  union ActivateProfileResult = Profile | GrantRejected | TooManyAttempts
  union ActivateMyProfileResult = Profile | ProfileDisabled | TooManyAttempts
  union UpdateProfileDataResult = Profile | ProfileNotFound | VersionConflict | ProfileTooLarge
  union SetProfileEnabledResult = Profile | ProfileNotFound
  interface Error {
    message: String!
  }
  type GrantRejected implements Error {
    message: String!
    reason: GrantRejectedReason!
    principal: String!
  }
  type ProfileDisabled implements Error {
    message: String!
  }
  type TooManyAttempts implements Error {
    message: String!
    retryAfterSeconds: Int!
  }
  enum GrantRejectedReason {
    NOT_AUTHENTICATED
    TOKEN_EXPIRED
    CLIENT_AUTHENTICATION_NOT_SUPPORTED
    CLIENT_SECRET_EMPTY
    NOT_A_USER
  }

  type Profile {
    uid: ID!
    enabled: Boolean!
    lastSynchronized: DateTime!
    user: ProfileUser!
    labels: JSONObject!
    data(keys: [String!]!): JSONObject!
    doc: DocumentVersion!
  }
  type ProfileUser {
    username: String!
    roles: [String!]!
    realmName: String!
    realmDomain: String
    email: String
    fullName: String
  }
  type DocumentVersion {
    primaryTerm: SafeInt!
    seqNo: SafeInt!
  }

  type Query {
    viewer: Viewer!
    profile(uid: ID!): Profile
    profiles(uids: [ID!]!): ProfilesResult!
  }
  type ProfilesResult {
    profiles: [Profile!]!
    errors: [ProfileError!]!
  }
  type ProfileError {
    uid: ID!
    type: String!
    reason: String!
  }

  # Named by the contract, which leaves their making to the code.
  type ProfileNotFound
  type VersionConflict
  type ProfileTooLarge
  type Viewer
  scalar DateTime
  scalar JSONObject
  scalar SafeInt
`)
const open = [
  ...['Query', 'Mutation', 'Viewer', 'DateTime', 'JSONObject', 'SafeInt'],
  ...['ProfileNotFound', 'VersionConflict', 'ProfileTooLarge'],
]

const types = ownTypesOf(schema)
const mutations = Object.values(schema.getMutationType()?.getFields() ?? {})

describe('schema.graphql', () => {
  const file = `# Built into GraphQL, and declared for tools that are older than they are.
directive @oneOf on INPUT_OBJECT

directive @specifiedBy(url: String!) on SCALAR

${printSchema(schema)}
`

  it('is what the code prints (vitest -u writes it anew)', async () => {
    await expect(file).toMatchFileSnapshot('../../schema.graphql')
  })

  it('declares every directive that it uses', () => {
    const declared: string[] = []
    const used = new Set<string>()
    visit(parse(file), {
      DirectiveDefinition: ({ name }) => void declared.push(name.value),
      Directive: ({ name }) => void used.add(name.value),
    })
    expect(declared).toEqual([...used].sort())
  })

  it('is the same schema to tools that know them', () => {
    expect(printSchema(buildSchema(file))).toBe(printSchema(schema))
  })
})

describe('the contract', () => {
  const names = ownTypesOf(contract).map(({ name }) => name)

  it.each(names.filter((name) => !open.includes(name)))('has %s exactly as it is promised', (name) => {
    expect(linesOf(schema, name)).toEqual(linesOf(contract, name))
  })

  it.each(['Query', 'Mutation'])('has every promised field of %s, exactly', (name) => {
    expect(linesOf(schema, name)).toEqual(expect.arrayContaining(linesOf(contract, name)))
  })

  it('has neither subscriptions nor directives of its own', () => {
    expect(schema.getSubscriptionType()).toBeUndefined()
    expect(schema.getDirectives().map(({ name }) => name)).toEqual(
      contract.getDirectives().map(({ name }) => name),
    )
  })
})

describe('every mutation', () => {
  it.each(mutations)('$name answers with a union', ({ type }) => {
    expect(isNonNullType(type) && isUnionType(type.ofType)).toBe(true)
    expect(getNamedType(type).name).toMatch(/Result$/)
  })

  it('says no by members that implement Error, and by no others', () => {
    const members = types.filter(isUnionType).flatMap((union) => union.getTypes())
    const withMessage = members.filter((member) => 'message' in member.getFields())
    const errors = members.filter((member) => member.getInterfaces().some(({ name }) => name === 'Error'))
    expect(errors.length).toBeGreaterThan(0)
    expect(new Set(errors)).toEqual(new Set(withMessage))
  })
})

describe('no query', () => {
  it.each(fieldsBelowQuery(schema))('takes a credential: $place', ({ field }) => {
    expect(credentialsIn(field)).toEqual([])
  })

  it('is left out: those of a schema that has them are found, by name or by what is said of them', () => {
    const bad = buildSchema(`
      type Query { a(password: String): Int b(at: [In!]!): Int c(rules: Rule): Child! d(id: ID!): Int e(last: In): Int }
      type Mutation { logIn(password: String): Int }
      type Child { data(keys: [String!]!): Int secrets(accessToken: String, apiKey: ID): Int }
      input In { deeper: [Deeper] }
      input Deeper { grantOf: String }
      input Rule { all: [Rule!] except: Rule }
    `)
    const fields = bad.getQueryType()?.getFields()
    if (fields?.d) fields.d.extensions = { takesCredential: true }
    const found = fieldsBelowQuery(bad).map(({ place, field }) => [place, credentialsIn(field)])
    expect(Object.fromEntries(found)).toEqual({
      'Query.a': ['password'],
      'Query.b': ['grantOf'],
      'Query.c': [],
      'Query.d': ['it is said so'],
      'Query.e': ['grantOf'],
      'Child.data': [],
      'Child.secrets': ['accessToken', 'apiKey'],
    })
  })
})

describe('a description', () => {
  it.each(types.flatMap(describedBy))('stands at $place', ({ description }) => {
    expect(description).toMatch(/^\S[^]*\.$/)
  })
})

function ownTypesOf(of: GraphQLSchema): GraphQLNamedType[] {
  const builtIn = ['String', 'Boolean', 'Int', 'Float', 'ID']
  return Object.values(of.getTypeMap()).filter(
    (type) => !isIntrospectionType(type) && !builtIn.includes(type.name),
  )
}

/** The lines of a type as they are printed, without descriptions: their order means nothing. */
function linesOf(of: GraphQLSchema, name: string): string[] {
  const type = of.getType(name)
  if (!type) return []
  const bare = visit(parse(printType(type)), {
    enter: (node) => ('description' in node ? { ...node, description: undefined } : undefined),
  })
  return print(bare).split('\n').sort()
}

/** All fields that a query can select, at whatever depth: none is a mutation. */
function fieldsBelowQuery(of: GraphQLSchema) {
  return ownTypesOf(of)
    .filter((type) => isObjectType(type) || isInterfaceType(type))
    .filter((type) => type !== of.getMutationType())
    .flatMap((type) =>
      Object.values(type.getFields()).map((field) => ({ place: `${type.name}.${field.name}`, field })),
    )
}

/** What of a field's arguments, at whatever depth, is called like a credential. */
function credentialsIn({ args, extensions }: GraphQLField<unknown, unknown>): string[] {
  const names = args.flatMap(({ name, type }) => [name, ...inputNamesOf(type)])
  const called = /password|token|secret|hash|credential|grant|(?<![a-z])key(?!s)|Key(?!s)/i
  return [
    ...names.filter((name) => called.test(name)),
    ...(extensions.takesCredential === undefined ? [] : ['it is said so']),
  ]
}

/** The names in an input type, at whatever depth. A type may hold itself. */
function inputNamesOf(type: GraphQLInputType, above: readonly GraphQLInputType[] = []): string[] {
  const named = getNamedType(type)
  if (!isInputObjectType(named) || above.includes(named)) return []
  return Object.values(named.getFields()).flatMap((field) => [
    field.name,
    ...inputNamesOf(field.type, [...above, named]),
  ])
}

interface Described {
  place: string
  description: string | null | undefined
}

/** A type and all its parts that can have a description. */
function describedBy(type: GraphQLNamedType): Described[] {
  const part = (place: string, { description }: { description?: string | null | undefined }) => ({
    place: `${type.name}${place}`,
    description,
  })
  const fields = isObjectType(type) || isInterfaceType(type) ? Object.values(type.getFields()) : []
  const inputs = isInputObjectType(type) ? Object.values(type.getFields()) : []
  const values = isEnumType(type) ? type.getValues() : []
  return [
    part('', type),
    ...fields.flatMap((field) => [
      part(`.${field.name}`, field),
      ...field.args.map((arg) => part(`.${field.name}(${arg.name}:)`, arg)),
    ]),
    ...inputs.map((field) => part(`.${field.name}`, field)),
    ...values.map((value) => part(`.${value.name}`, value)),
  ]
}
