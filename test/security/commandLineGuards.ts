import type { Guard } from './guard.ts'

const commands = 'operatorCommands.test.ts'
const audit = 'operatorsAudit.test.ts'

/** Guards of the command line. */
export const commandLineGuards: readonly Guard[] = [
  {
    item: 'a secret that is typed is not shown',
    file: 'src/cli/secret.ts',
    without: ['output: unseen,', 'output: notes,'],
    test: 'cli/secret.test.ts',
    title: 'is not shown, and is taken if it is typed twice alike',
  },
  {
    item: 'a secret is sent in the clear to this machine alone',
    file: 'src/config.ts',
    without: ["parsed.protocol === 'http:' && !isLoopback(url)", 'false'],
    test: commands,
    title: 'an address that is wrong is refused before anything is sent',
  },
  {
    item: 'tables hold nothing that a terminal obeys',
    file: 'src/cli/table.ts',
    without: ['rows.map((row) => row.map(printable))', 'rows'],
    test: 'cli/table.test.ts',
    title: 'holds nothing that a terminal would obey, nor another line',
  },
  {
    item: 'nor does what a server says',
    file: 'src/cli/gatewayAnswer.ts',
    without: ['printable(sentenceOf(reason))', 'sentenceOf(reason)'],
    test: commands,
    title: 'what it says is printed as text, whoever it is',
  },
  {
    item: 'who is disabled gets no API key',
    file: 'src/operator.ts',
    without: ['if (!found?.user.enabled || !realm)', 'if (!found || !realm)'],
    test: commands,
    title: 'are not made for users who may not have any, or who are disabled',
  },
  {
    item: 'changes by hand are recorded',
    file: 'src/operator.ts',
    without: [
      'passwords, audit, metrics, clock,',
      'passwords, audit: { ...audit, useCases: (useCases) => useCases }, metrics, clock,',
    ],
    test: audit,
    title: 'is in the audit log of the settings',
  },
  {
    item: 'imports are recorded before they begin',
    file: 'src/audit/operations.ts',
    without: ['    await written(actor.origin)\n', ''],
    test: audit,
    title: 'does not begin if it cannot be recorded',
  },
  {
    item: 'other hashes are recorded',
    file: 'src/app.ts',
    without: ['recordedUsers(database.users, audit.operation)', 'database.users'],
    test: audit,
    title: 'is recorded: that the superuser is made, and that a hash is replaced',
  },
  {
    item: 'no compiled code where others may write',
    file: 'src/main.ts',
    without: ["enableCompileCache(join(import.meta.dirname, '../.compile-cache'))", 'enableCompileCache()'],
    test: 'compileCache.test.ts',
    title: 'no code is kept in the folder for temporary files',
  },
  {
    item: 'what says whom a realm lets in is not blank',
    file: 'src/settings/settingsFile.ts',
    without: ["return lettingIn.test(path.join('.'))", 'return path.length < 0'],
    test: 'settings/jwtRealm.test.ts',
    title: 'a setting of a realm of tokens is refused',
  },
]
