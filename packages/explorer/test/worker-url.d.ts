/** The address of a worker's file, which vite gives. */
declare module "*?worker&url" {
  const url: string;
  export default url;
}
