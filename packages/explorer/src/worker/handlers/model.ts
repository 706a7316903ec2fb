/** Handlers of the model's requests. Loading is no turn: the model before answers meanwhile. */
import { EngineError } from "@tsgpt/tensor";
import type { KeptModels, ModelInfo, ModelRequests } from "../../protocol/model.ts";
import type { Job, Section } from "../handler.ts";
import { load } from "../load.ts";
import { deleteKept, listKept } from "../models/kept-models.ts";
import { availableBytes, isRoomFor, offerOf } from "../models/offer.ts";
import { findSource } from "../models/sources.ts";
import { createSession } from "../session.ts";
import type { Workplace } from "../workplace.ts";

export const modelHandlers: Section<ModelRequests> = (workplace) => ({
  inspect: async (place, { signal }) => {
    const source = await findSource(place, signal);
    return offerOf(source, await availableBytes(workplace.current()?.model.engine));
  },
  load: (asks, job) => replaceModel(workplace, asks, job),
  keptModels: () => listKept(),
  deleteModel: async ({ key }): Promise<KeptModels> => {
    await deleteKept(key);
    return listKept();
  },
});

/**
 * Everything that can be checked is checked while the model before is there. It leaves the memory first only if there is
 * no room for both.
 */
async function replaceModel(
  workplace: Workplace,
  asks: ModelRequests["load"]["asks"],
  { turn, report, signal }: Job<"load">,
): Promise<ModelInfo> {
  const source = await findSource(asks, signal);
  let isAlone = false;
  const vacate = () =>
    turn(() => {
      isAlone = workplace.current() !== undefined;
      workplace.replace(undefined);
    });
  const loadInto = async () => {
    const { model, info } = await load(source, asks.dtype, (progress) => report({ ...progress, isAlone }), signal);
    try {
      const session = createSession(model);
      await turn(() => workplace.prepare(session));
    } catch (error) {
      model.engine.dispose();
      throw error;
    }
    return info;
  };
  const before = workplace.current()?.model.engine.memory?.heldBytes;
  const { memory, dtype } = offerOf(source, await availableBytes(workplace.current()?.model.engine));
  const chosen = asks.dtype ?? dtype;
  const fits = chosen !== undefined;
  if (before !== undefined && fits && !isRoomFor(before + memory[chosen].total)) await vacate();
  try {
    return await loadInto();
  } catch (error) {
    if (!(error instanceof EngineError) || isAlone || before === undefined || !fits) throw error;
    await vacate();
    return loadInto();
  }
}
