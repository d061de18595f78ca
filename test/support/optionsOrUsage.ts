interface OptionsOrUsageParts<Options> {
  args: readonly string[]
  /** Throws if it does not understand them. */
  read: (args: readonly string[]) => Options
  usage: string
}

/** The options of a tool; null where it has said how it is used: since it was asked to, or told what it does not know. */
export function optionsOrUsage<Options>({ args, read, usage }: OptionsOrUsageParts<Options>): Options | null {
  if (args.includes('--help')) {
    process.stdout.write(`${usage}\n`)
    return null
  }
  try {
    return read(args)
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${usage}\n`)
    process.exitCode = 2
    return null
  }
}

/** What a pattern finds, in upper or lower case. @throws if it is no regular expression */
export function patternOf(text: string, option = '--only'): RegExp {
  try {
    return new RegExp(text, 'i')
  } catch {
    throw new Error(`${option}: expected a regular expression`)
  }
}
