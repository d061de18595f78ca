import type { Guard } from './guard.ts'

const withinLimits = 'src/graphql/withinLimits.ts'
const costRule = 'src/graphql/costRule.ts'
const door = 'src/graphql/door.ts'
const allowed = 'src/graphql/allowedOperations.ts'

const hostile = { test: 'security/hostile.test.ts', title: 'is refused, in application/json' }
const affordable = 'security/affordable.test.ts'
const allowedTest = 'graphql/allowedOperations.test.ts'
const secrets = 'graphql/secrets.test.ts'

/** What keeps documents of strangers cheap and mute, whichever way they come in. */
export const graphqlGuards: readonly Guard[] = [
  {
    item: 'tokens of a document: 2,000',
    file: withinLimits,
    without: ['{ ...options, maxLexicalTokens }', 'options'],
    test: 'graphql/limits.test.ts',
    title: 'is the longest',
  },
  {
    item: 'characters of a document: 65,536',
    file: withinLimits,
    without: ['source.length > maxLength', 'source.length > Infinity'],
    ...hostile,
  },
  {
    item: 'nesting beyond the stack',
    file: withinLimits,
    without: ['if (!(error instanceof RangeError)) throw error', 'if (Date) throw error'],
    test: 'graphql/nesting.test.ts',
    title: 'refuses 50,000 nested lists',
  },
  {
    item: 'depth of selections: 20',
    file: withinLimits,
    without: ['[depthRule, ', '['],
    test: 'graphql/limits.test.ts',
    title: 'are the deepest',
  },
  {
    item: 'cost of an operation: 1,000, aliases and repeated fields counted',
    file: withinLimits,
    without: ['directivesRule, costRule,', 'directivesRule,'],
    ...hostile,
  },
  {
    item: 'cost below lists',
    file: costRule,
    without: ['isList ? listSize : 1', '1'],
    test: affordable,
    title: 'are 100 fields for each of a thousand profiles',
  },
  {
    item: 'cost of describing all types',
    file: costRule,
    without: ['return allTypesCost', 'return introspectionCost'],
    test: 'graphql/limits.test.ts',
    title: 'all types are described twice at most',
  },
  {
    item: 'cost of fragments, wherever they are spread',
    file: costRule,
    without: [
      'isNamed ? context.getFragment(selection.name.value) : selection',
      'isNamed ? null : selection',
    ],
    ...hostile,
  },
  {
    item: 'cost of fragments that nothing uses',
    file: costRule,
    without: [
      'requireAffordable(selectionSet, schema.getType(typeCondition.name.value))',
      'schema.getType(typeCondition.name.value)',
    ],
    ...hostile,
  },
  {
    item: 'fields of a mutation: 10',
    file: costRule,
    without: ['.length > maxMutationFields', '.length > Infinity'],
    ...hostile,
  },
  {
    item: 'credentials of a document: one',
    file: withinLimits,
    without: ['costRule, oneCredentialRule]', 'costRule]'],
    test: 'graphql/limits.test.ts',
    title: 'is the only one: refuses',
  },
  {
    item: 'directives at one place: 2',
    file: withinLimits,
    without: ['[depthRule, directivesRule,', '[depthRule,'],
    ...hostile,
  },
  {
    item: 'nothing more is done with what is beyond a limit',
    file: withinLimits,
    without: ['return beyond.length > 0 ? beyond : check(', 'return check('],
    test: 'security/graphqlCop.test.ts',
    title: 'no directive overloading',
  },
  {
    item: 'profiles and their data of a request: 2,500, in variables too',
    file: 'src/graphql/lookups.ts',
    without: ['counter(2_500,', 'counter(Infinity,'],
    test: affordable,
    title: 'are 2,500 profiles and their data',
  },
  {
    item: 'names of a request: 100,000, in variables too',
    file: 'src/graphql/lookups.ts',
    without: ['counter(100_000,', 'counter(Infinity,'],
    ...hostile,
  },
  {
    item: 'lists of all: read once in a request',
    file: 'src/graphql/lookups.ts',
    without: ['lists.set(key, list)', ''],
    test: 'graphql/lookups.test.ts',
    title: 'a list is read once, however many fields of a request ask for it',
  },
  {
    item: 'size of an answer: 64 MiB of documents',
    file: 'src/graphql/answerSize.ts',
    without: ['return bytes > most', 'return bytes > Infinity'],
    test: 'graphql/limits.test.ts',
    title: 'is answered up to 64 MiB',
  },
  {
    item: 'memory of what is read for all answers: a quarter of the heap',
    file: 'src/graphql/answersMemory.ts',
    without: ['all > own && all + bytes > most', 'all > own && all + bytes > Infinity'],
    test: 'graphql/answersMemory.test.ts',
    title: 'is that of all together',
  },
  {
    item: 'what may be large is read one after the other',
    file: 'src/graphql/answersMemory.ts',
    without: ['      last = turn.catch(() => undefined)\n', '      void turn.catch(() => undefined)\n'],
    test: 'graphql/answersMemory.test.ts',
    title: 'is read one after the other',
  },
  {
    item: 'large profiles are updated one after the other',
    file: 'src/profile/updateData.ts',
    without: ["?? ofLarge('', () => updateLarge(change))", '?? update(change)'],
    test: 'profile/updateData.test.ts',
    title: 'are made one after the other where they are large',
  },
  {
    item: 'API keys are read as long as there is memory for them',
    file: 'src/authentication/apiKeys/readWhole.ts',
    without: [
      'await read(() => apiKeys.list(some, page && { ...page, from: 0, size: part }))',
      'await apiKeys.list(some, page && { ...page, from: 0, size: part })',
    ],
    test: 'authentication/apiKeys/reach.test.ts',
    title: 'is shown with others up to 64 MiB',
  },
  {
    item: 'users are read as long as there is memory for them',
    file: 'src/storage/users.ts',
    without: ['await read(async () => (await rows()).map(userOf))', '(await rows()).map(userOf)'],
    test: 'storage/contract/users.contract.test.ts',
    title: 'are read in parts where they are large',
  },
  {
    item: 'roles are read as long as there is memory for them',
    file: 'src/authorization/roles.ts',
    without: ['await read(() => roles.list(names))', 'await roles.list(names)'],
    test: 'authorization/roles.test.ts',
    title: 'are listed as long as there is memory for them',
  },
  {
    item: 'role mappings are read as long as there is memory for them',
    file: 'src/authorization/mappings/roleMappings.ts',
    without: ['return read(() => mappings.list(names))', 'return mappings.list(names)'],
    test: 'authorization/mappings/roleMappings.test.ts',
    title: 'are listed as long as there is memory for them',
  },
  {
    item: 'all roles: a 256th of the heap of JSON; all role mappings, too',
    file: 'src/storage/putDefinition.ts',
    without: ['<= ${mostBytes - size}', '<= ${1e9}'],
    test: 'storage/contract/roles.contract.test.ts',
    title: 'is refused where all together would have too many bytes',
  },
  {
    item: 'regular expressions of all roles: 100,000 instructions',
    file: 'src/authorization/roles.ts',
    without: [
      'expressionProblems([role, ...others], mostExpressions)',
      'expressionProblems([role, ...others], Infinity)',
    ],
    test: 'authorization/roles.test.ts',
    title: 'have regular expressions that are not too large together',
  },
  {
    item: 'regular expressions of all role mappings: 100,000 instructions',
    file: 'src/authorization/mappings/roleMappings.ts',
    without: [
      "(await inTurn('', () => expressionsBeside(mapping))) > mostExpressions",
      "(await inTurn('', () => expressionsBeside(mapping))) > Infinity",
    ],
    test: 'authorization/mappings/roleMappings.test.ts',
    title: 'have regular expressions that are not too large together',
  },
  {
    item: 'an API key without privileges sees itself alone',
    file: 'src/authentication/apiKeys/list.ts',
    without: ['isOwn && isApiKey(caller)', 'isApiKey(caller)'],
    test: 'elasticsearch/apiKeys.test.ts',
    title: 'are, with a key that may do nothing, that key as well',
  },
  {
    item: 'a wrong value is printed twice at most',
    file: 'src/graphql/executeDocument.ts',
    without: ['maxCoercionErrors: 1 }', 'maxCoercionErrors: 50 }'],
    test: 'graphql/executeDocument.test.ts',
    title: 'prints a value that is wrong in many places',
  },
  {
    item: 'large labels are read where they are selected',
    file: 'src/storage/profileReads.ts',
    without: ['${smallTexts(connected, canBeLarge)}', '${connected.jsonTexts(canBeLarge)}'],
    test: 'storage/contract/profiles.contract.test.ts',
    title: 'are not read where they are large labels',
  },
  {
    item: 'documents are in memory in parts of 8 MiB',
    file: 'src/profile/profiles.ts',
    without: [
      'profiles.findDocuments(part, left, mostBytes, true)',
      'profiles.findDocuments(part, left, 1e15, true)',
    ],
    test: 'graphql/profileData.test.ts',
    title: 'are read in parts where they are large',
  },
  {
    item: 'documents are read together',
    file: 'src/graphql/profileData.ts',
    without: ['      cache: false,\n', '      cache: false,\n      batch: false,\n'],
    test: 'graphql/profileData.test.ts',
    title: 'are read with one statement',
  },
  {
    item: 'failures under way are heard, though the answer is given up',
    file: 'src/graphql/answerSize.ts',
    without: [
      'function add<T extends object>(document: T, json?: string): T | Promise<never> {',
      'function add<T extends object>(document: T, json?: string): T | Promise<never> {\n    requireRoom()',
    ],
    test: 'graphql/limits.test.ts',
    title: 'are refused together',
  },
  {
    item: 'time of an answer: 30 s',
    file: 'src/http/answerTimeout.ts',
    without: ['reject(tooLate())', 'void tooLate()'],
    test: 'http/answerTimeout.test.ts',
    title: 'is in the way of nobody else',
  },
  {
    item: 'events: no stream of them is opened',
    file: door,
    without: ['if (!mediaType)', 'if (!mediaType && Date === null)'],
    test: 'security/hostile.test.ts',
    title: 'is refused like whatever is asked so',
  },
  {
    item: 'forms: other pages can send nothing that is run',
    file: door,
    without: [
      "request.method === 'POST' && !isJson(request)",
      "request.method === 'PUT' && !isJson(request)",
    ],
    test: 'security/hostile.test.ts',
    title: 'a mutation is refused and not run',
  },
  {
    item: 'suggestions: a guess is not corrected',
    file: 'src/graphql/publicErrors.ts',
    without: ["said.replace(/ Did you mean .*/s, '')", 'said'],
    test: 'security/graphqlCop.test.ts',
    title: 'no suggestions',
  },
  {
    item: 'syntax errors say where, and nothing of what stands there',
    file: 'src/graphql/publicErrors.ts',
    without: ['`Syntax error at ${line}:${column}`', '`${error.message} at ${line}:${column}`'],
    test: secrets,
    title: 'syntax errors',
  },
  {
    item: 'documents with a credential in them are not kept',
    file: 'src/graphql/yoga.ts',
    without: ['if (isValid && !hasLiteralCredential(schema, document))', 'if (isValid)'],
    test: secrets,
    title: 'is forgotten if a credential is written into it',
  },
  {
    item: 'documents that are kept are valid: they are not looked at again',
    file: 'src/graphql/yoga.ts',
    without: ['(schema, document, allRules).length === 0', '(schema, document, []).length >= 0'],
    test: 'graphql/overHttp.test.ts',
    title: 'is refused as the first time',
  },
  {
    item: 'documents that are kept meet our own rules, too',
    file: 'src/graphql/yoga.ts',
    without: ['(schema, document, allRules)', '(schema, document)'],
    test: 'graphql/overHttp.test.ts',
    title: 'is refused as the first time',
  },
  {
    item: 'documents that are kept take a bounded part of memory',
    file: 'src/graphql/yoga.ts',
    without: [' + bytesOfToken * tokensIn(document)', ''],
    test: 'graphql/rememberedDocuments.test.ts',
    title: 'is forgotten once those that came later take too much memory',
  },
  {
    item: 'allowed operations, where they are listed, and no others',
    file: allowed,
    without: ['document !== undefined && agree ? { ...params, query: document } : notAllowed', 'asked'],
    test: allowedTest,
    title: 'is refused: one',
  },
]
