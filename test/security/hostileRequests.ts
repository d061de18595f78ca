/** What somebody sends to wear the gateway out, to get round its guards, or to learn what it does not tell. */
export interface Hostile {
  readonly name: string
  readonly params: unknown
  readonly code: string
  /** Part of what is said, where several limits could have refused it. */
  readonly message?: string
  /** The status wherever it is not the code that decides. */
  readonly status?: number
}

const times = (count: number, text: (n: number) => string) =>
  Array.from({ length: count }, (_, n) => text(n)).join(' ')
const nested = (levels: number, before: string, inner: string, after: string) =>
  before.repeat(levels) + inner + after.repeat(levels)

const tooExpensive = 'An operation may cost at most 1000'
const oneCredential = 'A document may have one field that takes a credential.'
const changePassword = 'changePassword(username: "elastic", password: "s3cret-of-nobody") { __typename }'
const putRole = 'putRole(name: "hostile", role: {}) { __typename }'
const changeData = 'updateProfileData(uid: "u", data: $data) { __typename }'
const uids = Array.from({ length: 1_000 }, (_, n) => `u_${n}`)

const invalidDocuments: readonly [name: string, query: string, message?: string][] = [
  ['300 aliases of viewer', `{ ${times(300, (n) => `a${n}: viewer { username }`)} }`, tooExpensive],
  ['100 aliases of profile', `{ ${times(100, (n) => `a${n}: profile(uid: "u") { uid }`)} }`, tooExpensive],
  ['101 aliases of __typename', `{ ${times(101, (n) => `a${n}: __typename`)} }`, tooExpensive],
  [
    '100 aliases below a list',
    `{ profiles(uids: ["u"]) { profiles { user { ${times(100, (n) => `a${n}: username`)} } } } }`,
    tooExpensive,
  ],
  [
    '10 aliases of data below a list',
    `{ profiles(uids: ["u"]) { profiles { ${times(10, (n) => `a${n}: data(keys: ["*"])`)} } } }`,
    tooExpensive,
  ],
  [
    '100 aliases of a mutation that takes a credential',
    `mutation { ${times(100, (n) => `a${n}: ${changePassword}`)} }`,
    oneCredential,
  ],
  [
    '11 aliases of a mutation',
    `mutation { ${times(11, (n) => `a${n}: ${putRole}`)} }`,
    'A mutation may have at most 10 fields.',
  ],
  [
    '11 mutations in fragments',
    `mutation { ...A ...B } fragment A on Mutation { ${times(6, (n) => `a${n}: ${putRole}`)} }
     fragment B on Mutation { ${times(5, (n) => `b${n}: ${putRole}`)} }`,
    'A mutation may have at most 10 fields.',
  ],
  ['a field 500 times', `{ ${'__typename '.repeat(500)} }`, tooExpensive],
  [
    'a field 1,500 times in a fragment that nothing uses',
    `{ viewer { username } } fragment A on Viewer { ${'username '.repeat(1_500)} }`,
    tooExpensive,
  ],
  [
    'a fragment that is spread by everything that is spread by everything',
    `{ ${times(20, (n) => `a${n}: viewer { ...A }`)} } fragment A on Viewer { ${times(20, (n) => `b${n}: authenticationRealm { ...B }`)} }
     fragment B on Realm { ${times(20, (n) => `c${n}: name`)} }`,
    tooExpensive,
  ],
  [
    'fragments that double, down to 2^16 fields',
    `{ __schema { types { ...F0 } } } ${times(16, (n) => `fragment F${n} on __Type { a: ofType { ...F${n + 1} } b: ofType { ...F${n + 1} } }`)}
     fragment F16 on __Type { name }`,
    tooExpensive,
  ],
  [
    'selections nested 21 deep',
    `{ __schema { types { ${nested(18, 'ofType { ', 'name', ' }')} } } }`,
    'Selections may nest at most 20 deep.',
  ],
  [
    'a directive 200 times',
    `{ viewer { username ${'@skip(if: false) '.repeat(200)} } }`,
    'At most 2 directives may stand at one place.',
  ],
  [
    'an unknown directive 900 times',
    `{ viewer { username ${'@a '.repeat(900)} } }`,
    'At most 2 directives may stand at one place.',
  ],
  [
    'literals nested 150 deep',
    `mutation { updateProfileData(uid: "u", data: ${nested(150, '{a: ', '1', '}')}) { __typename } }`,
  ],
  ['a fragment within itself', '{ viewer { ...A } } fragment A on Viewer { ...A }', 'within itself'],
  [
    'fragments within each other',
    '{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }',
    'within itself',
  ],
  [
    'fragments within each other below a field',
    '{ __schema { types { ...A } } } fragment A on __Type { ofType { ...B } } fragment B on __Type { ofType { ...A } }',
    'within itself',
  ],
  [
    'introspection that goes in circles',
    '{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }',
    'Maximum introspection depth exceeded',
  ],
  [
    '200 aliases of introspection',
    `{ ${times(200, (n) => `a${n}: __schema { types { name } }`)} }`,
    tooExpensive,
  ],
  [
    'a variable twice',
    'query ($a: ID!, $a: ID!) { profile(uid: $a) { uid } }',
    'There can be only one variable',
  ],
  ['a subscription', 'subscription { viewer { username } }', 'There are no subscriptions here.'],
  ['a guess at a field', '{ viewer { usrname } }', 'Cannot query field "usrname" on type "Viewer".'],
]

export const hostileRequests: readonly Hostile[] = [
  ...invalidDocuments.map(([name, query, message]) => ({
    name,
    params: { query },
    code: 'GRAPHQL_VALIDATION_FAILED',
    ...(message !== undefined && { message }),
  })),
  ...[
    ['1,000 aliases of viewer', `{ ${times(1_000, (n) => `a${n}: viewer { username }`)} }`],
    ['1,000 operations', times(1_000, (n) => `query A${n} { viewer { username } }`)],
    ['65,537 characters', `{ viewer { username } } #${'a'.repeat(65_512)}`],
    ['2,000 names in a literal', `{ users(usernames: [${'"a" '.repeat(2_000)}]) { username } }`],
    ['literals nested 10,000 deep', `{ profile(uid: ${'{a: '.repeat(10_000)}`],
    ['a document that ends early', '{ viewer {'],
  ].map(([name = '', query]) => ({ name, params: { query }, code: 'GRAPHQL_PARSE_FAILED' })),
  {
    name: 'variables nested 150 deep',
    params: {
      query: `mutation ($data: JSONObject) { ${changeData} }`,
      variables: { data: JSON.parse(nested(150, '{"a":', '1', '}')) as unknown },
    },
    code: 'INVALID_INPUT',
    status: 400,
  },
  {
    name: '1,001 uids',
    params: {
      query: 'query ($uids: [ID!]!) { profiles(uids: $uids) { errors { uid } } }',
      variables: { uids: [...uids, 'u'] },
    },
    code: 'INVALID_INPUT',
    status: 400,
    message: 'at most [1000] profile UIDs can be provided',
  },
  {
    name: '1,000 uids, three times',
    params: {
      query: `query ($uids: [ID!]!) { ${times(3, (n) => `a${n}: profiles(uids: $uids) { errors { uid } }`)} }`,
      variables: { uids },
    },
    code: 'TOO_LARGE',
    status: 413,
    message: 'a request can ask for at most 2500 profiles and their data',
  },
  {
    name: '30,000 names, in four fields of three kinds',
    params: {
      query: `query ($names: [String!]!) { a: users(usernames: $names) { username } b: users(usernames: $names) { username }
        roles(names: $names) { name } roleMappings(names: $names) { name } }`,
      variables: { names: Array.from({ length: 30_000 }, (_, n) => `n${n}`) },
    },
    code: 'TOO_LARGE',
    status: 413,
    message: 'a request can ask for at most 100000 names',
  },
  {
    name: 'an operation name that every object has',
    params: {
      query: 'query A { viewer { username } } query B { viewer { username } }',
      operationName: 'constructor',
    },
    code: 'OPERATION_RESOLUTION_FAILURE',
    status: 400,
  },
  {
    name: 'a type in place of an operation',
    params: { query: 'type Query { a: Int }' },
    code: 'OPERATION_RESOLUTION_FAILURE',
    status: 400,
  },
  {
    name: '200 operations, of which none is named',
    params: { query: times(200, (n) => `query A${n} { server { name } }`) },
    code: 'OPERATION_RESOLUTION_FAILURE',
    status: 400,
  },
  {
    name: 'a variable of the wrong kind, named as what every object has',
    params: {
      query: 'query ($constructor: ID!) { profile(uid: $constructor) { uid } }',
      variables: { constructor: { a: 1 } },
    },
    code: 'INVALID_INPUT',
  },
]
