/** Put in by the build, from package.json. */
declare const __PLAYHOUSE_VERSION__: string;

export const VERSION: string = __PLAYHOUSE_VERSION__;
