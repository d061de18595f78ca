import type { Command, Option } from 'commander'

export const shells = ['bash', 'zsh', 'fish'] as const
export type Shell = (typeof shells)[number]

/** What can be typed at one place: behind a command and those above it. */
interface Place {
  /** The words that lead there, such as `users list`; empty at the beginning. */
  readonly at: string
  readonly words: readonly Word[]
  /** Options behind which a value is typed. */
  readonly taking: readonly string[]
}

interface Word {
  readonly text: string
  readonly description: string
}

/** A script that has a shell complete the program's command lines, made of the commands that there are. */
export function completionScript(program: Command, shell: Shell): string {
  const name = program.name()
  return scripts[shell](name, `_${name.replaceAll('-', '_')}`, placesOf(program))
}

function placesOf(command: Command, path: readonly string[] = []): Place[] {
  const help = command.createHelp()
  const commands = help.visibleCommands(command).filter((one) => one.name() !== 'help')
  const options = help.visibleOptions(command)
  const choices = command.registeredArguments.flatMap(({ argChoices = [] }) => argChoices)
  const place = {
    at: path.join(' '),
    words: [
      ...commands.map((one) => ({ text: one.name(), description: one.description() })),
      ...choices.map((text) => ({ text, description: '' })),
      ...options.flatMap((option) => ({ text: flagOf(option), description: option.description })),
    ],
    taking: options
      .filter((option) => option.required || option.optional)
      .flatMap(({ short, long }) => [short, long].filter((flag) => flag !== undefined)),
  }
  return [place, ...commands.flatMap((one) => placesOf(one, [...path, one.name()]))]
}

function flagOf({ long, short }: Option): string {
  return long ?? short ?? ''
}

type Script = (name: string, functionName: string, places: readonly Place[]) => string

const bash: Script = (name, functionName, places) => `# Completes ${name} in bash.
${functionName}() {
  local at='' word i
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="$at\${at:+ }\${COMP_WORDS[i]}"
    case "$word" in
      ${leading(places)}) at="$word" ;;
    esac
  done
  local words='' taking=''
  case "$at" in
${places.map(({ at, words, taking }) => `    ${quoted(at)}) words=${quoted(textsOf(words))} taking=${quoted(taking.join(' '))} ;;\n`).join('')}  esac
  # A value is typed, perhaps a file.
  case " $taking " in *" \${COMP_WORDS[COMP_CWORD - 1]} "*) return ;; esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}")
}
complete -o default -F ${functionName} ${name}
`

const zsh: Script = (name, functionName, places) => `#compdef ${name}
# Completes ${name} in zsh.
${functionName}() {
  local at='' word
  for word in "\${(@)words[2,CURRENT-1]}"; do
    word="$at\${at:+ }$word"
    case "$word" in
      (${leading(places)}) at="$word" ;;
    esac
  done
  local -a candidates taking
  case "$at" in
${places.map(({ at, words, taking }) => `    (${quoted(at)}) candidates=(${words.map(described).join(' ')}) taking=(${taking.map(quoted).join(' ')}) ;;\n`).join('')}  esac
  # A value is typed, perhaps a file.
  if (( \${taking[(Ie)\${words[CURRENT-1]}]} )); then _files; return; fi
  _describe ${quoted(name)} candidates || _files
}
if [ "$funcstack[1]" = ${quoted(functionName)} ]; then ${functionName} "$@"; else compdef ${functionName} ${name}; fi
`

const fish: Script = (name, functionName, places) => `# Completes ${name} in fish.
function _${functionName}_at
  set -l at ''
  for word in (commandline -opc)[2..-1]
    set -l longer (string trim -- "$at $word")
    if contains -- "$longer" ${places
      .filter(({ at }) => at !== '')
      .map(({ at }) => quoted(at))
      .join(' ')}
      set at "$longer"
    end
  end
  test "$at" = "$argv"
end
${places.flatMap(({ at, words, taking }) => words.map((word) => fishLine(name, functionName, at, word, taking))).join('')}`

const scripts: Record<Shell, Script> = { bash, zsh, fish }

function fishLine(
  name: string,
  functionName: string,
  at: string,
  { text, description }: Word,
  taking: readonly string[],
) {
  const isOption = text.startsWith('--')
  const what = isOption ? `-l ${text.slice(2)}${taking.includes(text) ? ' -r' : ''}` : `-f -a ${quoted(text)}`
  const condition = quoted(`_${functionName}_at ${at}`.trim())
  return `complete -c ${name} -n ${condition} ${what}${description && ` -d ${quoted(description)}`}\n`
}

/** The words behind which more commands or options of their own come, as a pattern. */
function leading(places: readonly Place[]): string {
  return places
    .filter(({ at }) => at !== '')
    .map(({ at }) => quoted(at))
    .join(' | ')
}

function textsOf(words: readonly Word[]): string {
  return words.map(({ text }) => text).join(' ')
}

function described({ text, description }: Word): string {
  return quoted(description ? `${text}:${description}` : text)
}

/** As a shell takes it literally. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`
}
