import { Argument, type Command } from 'commander'
import type { Streams } from '../cli/streams.ts'
import { withExamples } from './asking.ts'
import { completionScript, shells, type Shell } from './completionScript.ts'

const help = `
For good, put it where your shell looks for it:

  bash  profile-gateway completion bash > ~/.local/share/bash-completion/completions/profile-gateway
  zsh   profile-gateway completion zsh > a folder in $fpath, as _profile-gateway
  fish  profile-gateway completion fish > ~/.config/fish/completions/profile-gateway.fish`

/** Adds the command that completes all commands of the program, those too that are added later. */
export function addCompletionCommand(program: Command, { output }: Streams): void {
  const command = program
    .command('completion')
    .description('what a shell has to know to complete command lines')
  withExamples(command, ['source <(profile-gateway completion bash)'])
    .addHelpText('after', help)
    .addArgument(new Argument('<shell>', 'which one').choices(shells))
    .action((shell: Shell) => {
      output.write(completionScript(program, shell))
    })
}
