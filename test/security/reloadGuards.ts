import type { Guard } from './guard.ts'

const reload = 'realms/reload.test.ts'

/** Guards of realms that are replaced while the gateway runs. */
export const reloadGuards: readonly Guard[] = [
  {
    item: 'realms on which the gateways have not agreed',
    file: 'src/realms/currentRealms.ts',
    without: ['if (!adopt) requireAgreement(theirs, own)', ''],
    test: 'realms/reloadAgreed.test.ts',
    title: 'on which the gateways have not agreed is refused',
  },
  {
    item: 'what a realm remembers goes with its settings',
    file: 'src/realms/madeRealms.ts',
    without: ['isDeepStrictEqual(one.madeOf, madeOf)', 'isDeepStrictEqual(one.madeOf[0], madeOf[0])'],
    test: reload,
    title: 'leave behind nothing that they remember',
  },
  {
    item: 'a settings file that is gone',
    file: 'src/config.ts',
    without: [
      'loadConfig({ ...process.env, GATEWAY_CONFIG: settingsFile })',
      'loadConfig(process.env, settingsFile)',
    ],
    test: reload,
    title: 'changes nothing, and one line says all that is wrong with it',
  },
  {
    item: 'other realms are recorded',
    file: 'src/realms/currentRealms.ts',
    without: ['changes.length > 0 ? record(changes, change) : change()', 'change()'],
    test: reload,
    title: 'is recorded before and after, and is not made where it cannot be',
  },
  {
    item: 'one request, one set of realms',
    file: 'src/realms/currentRealms.ts',
    without: ['setTimeout(close, longestAnswer)', 'setTimeout(close, 0)'],
    test: reload,
    title: 'answer the requests that have begun with them',
  },
  {
    item: 'replaced realms are let go of',
    file: 'src/realms/currentRealms.ts',
    without: ['      old.closeBut(made)\n', ''],
    test: 'realms/currentRealms.test.ts',
    title: 'realms that were replaced are gone',
  },
]
