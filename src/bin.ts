#!/usr/bin/env node
// The command as it is installed. An older Node cannot even load what is behind it, and would not say why.

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major > 24 || (major === 24 && minor >= 2)) await import('./main.ts')
else {
  process.stderr.write(`profile-gateway: needs Node 24.2 or newer: this is ${process.versions.node}\n`)
  // Source: sysexits.h.
  process.exitCode = 78
}
