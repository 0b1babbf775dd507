/** Who draws: a graphics card, or the processor in its place. */

const inSoftware = /swiftshader|llvmpipe|softpipe|software|basic render/i;
let answer: boolean | undefined;

/** Whether WebGL is drawn by the processor, as far as the browser tells; asked of a context of its own, once. */
export function drawnInSoftware(): boolean {
  if (answer !== undefined) return answer;
  const context = document.createElement("canvas").getContext("webgl2");
  const details = context?.getExtension("WEBGL_debug_renderer_info");
  const name = context?.getParameter(details?.UNMASKED_RENDERER_WEBGL ?? context.RENDERER);
  answer = inSoftware.test(String(name));
  context?.getExtension("WEBGL_lose_context")?.loseContext(); // a page has few
  return answer;
}
