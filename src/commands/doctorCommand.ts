import type { Command } from 'commander'
import type { Streams } from '../cli/streams.ts'
import { withExamples } from './asking.ts'

const help = `
It looks at the configuration, the database and how it is kept, migrations, the sources of keys, the clock, weak settings,
domains, and users to whom two profiles belong. It changes nothing, and may run beside a gateway that serves.
The exit code is 0 if nothing fails, 1 if something does, 78 if the configuration is not valid.`

export function addDoctorCommand(program: Command, streams: Streams): void {
  const command = program.command('doctor').description('say what is not well, and what to do about it')
  withExamples(command.addHelpText('after', help), [
    'profile-gateway doctor',
    'profile-gateway doctor --strict --json',
  ])
    .option('--json', 'say it as JSON: a list of checks, each with id, state, finding and advice')
    .option('--strict', 'end with 1 for warnings too')
    .action(async (options: object) => {
      process.exitCode = await (await import('../cli/doctor.ts')).doctor(options, streams)
    })
}
