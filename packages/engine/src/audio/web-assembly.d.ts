/** The part of the WebAssembly API that is used; the project's TypeScript has no DOM library to take it from. */
declare namespace WebAssembly {
  class Module {
    constructor(bytes: Uint8Array);
  }
  type Imports = Record<string, Record<string, unknown>>;
  class Memory {
    readonly buffer: ArrayBuffer;
    private constructor();
  }
  class Instance {
    readonly exports: Readonly<Record<string, unknown>>;
    constructor(module: Module, imports: Imports);
  }
  class RuntimeError extends Error {}
  function compile(bytes: Uint8Array): Promise<Module>;
}
