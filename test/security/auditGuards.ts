import type { Guard } from './guard.ts'

const useCases = 'audit/useCases.test.ts'
const authentications = 'audit/authentications.test.ts'
const log = 'audit/auditLog.test.ts'
const failing = 'audit/failing.test.ts'

/** Guards of the audit log. */
export const auditGuards: readonly Guard[] = [
  {
    item: 'changes are recorded',
    file: 'src/audit/recordedUseCases.ts',
    without: ["if (kind !== 'read') sayAnswer(", "if (kind === 'use') sayAnswer("],
    test: useCases,
    title: 'is recorded with who has done it',
  },
  {
    item: 'denials are recorded',
    file: 'src/audit/recordedUseCases.ts',
    without: ["if (isDenied || kind !== 'read') {", "if (kind !== 'read') {"],
    test: useCases,
    title: 'is recorded where it is denied, and only there',
  },
  {
    item: 'logins are recorded',
    file: 'src/useCases.ts',
    without: ['audit.prove(createProve(', '((prove: Prove) => prove)(createProve('],
    test: authentications,
    title: 'who is proven is recorded once',
  },
  {
    item: 'requests without credentials are recorded',
    file: 'src/app.ts',
    without: [
      'audit.identifyCaller(createIdentifyCaller({ prove, securityEpoch }))',
      'createIdentifyCaller({ prove, securityEpoch })',
    ],
    test: authentications,
    title: 'who sends',
  },
  {
    item: 'typed names are hashed',
    file: 'src/audit/authentications.ts',
    without: ['name: isKnown ? username : undefined', 'name: username'],
    test: authentications,
    title: 'is only a hash where there is no such user',
  },
  {
    item: 'the key of the hash is secret',
    file: 'src/audit/nameHash.ts',
    without: ["createHmac('sha256', secret)", "createHmac('sha256', '')"],
    test: authentications,
    title: 'all gateways on a database hash names alike',
  },
  {
    item: 'a stated address of strangers',
    file: 'src/audit/authentications.ts',
    without: ['return { requestId, address }', 'return { requestId, address, subjectAddress: address }'],
    test: authentications,
    title: 'is not believed what it says of an end user',
  },
  {
    item: 'lines are bounded',
    file: 'src/audit/auditLine.ts',
    without: ['if (Buffer.byteLength(text) < mostBytes) break', 'break'],
    test: 'audit/auditLine.test.ts',
    title: 'is one line of JSON, bounded and in one piece',
  },
  {
    item: 'control characters are escaped',
    file: 'src/audit/auditLine.ts',
    without: ['return json.replace(hidden,', 'return json.replace(/^$/,'],
    test: 'audit/auditLine.test.ts',
    title: 'is one line of JSON, bounded and in one piece',
  },
  {
    item: 'the line before the answer',
    file: 'src/http/server.ts',
    without: ['      await written(from)\n', ''],
    test: failing,
    title: 'while no line can be written, nothing is answered with refuse',
  },
  {
    item: 'the line before the change',
    file: 'src/audit/recordedUseCases.ts',
    without: ['      await written(caller.origin)\n', ''],
    test: failing,
    title: 'changes of security data are refused at both doors before they are made',
  },
  {
    item: 'the line of a refusal before its answer',
    file: 'src/http/server.ts',
    without: ['      if (origin) await written(origin)\n', ''],
    test: failing,
    title: 'while no line can be written, nothing is answered with refuse',
  },
  {
    item: 'lost lines are seen',
    file: 'src/app.ts',
    without: ['...audit.problems()', ''],
    test: failing,
    title: 'everything else goes on, is counted, and said of once',
  },
  {
    item: 'a file only the gateway reads',
    file: 'src/audit/destination.ts',
    without: ["'a+', 0o600", "'a+', 0o644"],
    test: log,
    title: 'are in the file when it is said that they are written',
  },
  {
    item: 'a line that broke off',
    file: 'src/audit/destination.ts',
    without: ['isTorn = written < bytes.length', 'isTorn = false'],
    test: 'crash/audit.test.ts',
    title: 'holds whole lines and one that broke off',
  },
  {
    item: 'a file that ends within a line',
    file: 'src/audit/destination.ts',
    without: ["return last.toString() !== '\\n'", 'return false'],
    test: log,
    title: 'are added to a file that ends within one',
  },
  {
    item: 'lines stay in one piece in a pipe',
    file: 'src/audit/destination.ts',
    without: ['mostBytes: pipeBytes', 'mostBytes: fileBytes'],
    test: log,
    title: 'go to a pipe in pieces that stay together there',
  },
  {
    item: 'a full pipe is waited for',
    file: 'src/audit/destination.ts',
    without: ["error.code === 'EAGAIN'", "error.code === ''"],
    test: log,
    title: 'is no pipe that is full for a moment',
  },
  {
    item: 'a disk that stands still',
    file: 'src/audit/auditLog.ts',
    without: ['      fail([...group, ...queue]', '      if (patience < 0) fail([...group, ...queue]'],
    test: log,
    title: 'is given up by who waits',
  },
  {
    item: 'bounded memory of lines',
    file: 'src/audit/auditLog.ts',
    without: ['if (queued + text.length > mostWaiting) {', 'if (queued < 0) {'],
    test: log,
    title: 'has no more waiting for it than there is room for',
  },
  {
    item: 'lines are written in groups',
    file: 'src/audit/auditLog.ts',
    without: ['Math.max(1, beyond))', 'Math.max(1, beyond)).slice(0, 1)'],
    test: log,
    title: 'of a thousand requests at once are written in a few writes',
  },
  {
    item: 'no secret in the log',
    file: 'src/http/server.ts',
    without: ['      path,\n      status:', '      path: request.originalUrl,\n      status:'],
    test: 'security/canary.test.ts',
    title: 'stands nowhere in the log',
  },
  {
    item: 'no secret in the audit log',
    file: 'src/audit/useCaseEvents.ts',
    without: [
      'asked: ({ username, roles }) => ({ user: { name: username, roles } }),',
      'asked: ({ username, roles, ...rest }) => ({ user: { name: username, roles }, rest }),',
    ],
    test: 'security/canary.test.ts',
    title: 'stands nowhere in the audit log',
  },
  {
    item: 'no secret in an answer',
    file: 'src/graphql/publicErrors.ts',
    without: [
      "if (message.startsWith('Argument \"')) return ofProblems('INVALID_INPUT', [place()], error)",
      "if (message.startsWith('Argument \"')) return ofProblems('INVALID_INPUT', [message], error)",
    ],
    test: 'security/canary.test.ts',
    title: 'stands nowhere in an answer',
  },
  {
    item: 'no secret in the database',
    file: 'src/authentication/tokens/opaqueToken.ts',
    without: ["return hash('sha256', token, 'base64url')", 'return token'],
    test: 'security/canary.test.ts',
    title: 'stands nowhere in the database',
  },
]
