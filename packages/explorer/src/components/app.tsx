/** The whole page: the text, then the sections. */
import { strings } from "../strings.ts";
import { BlockSection } from "./block/block-section.tsx";
import { CacheSection } from "./cache/cache-section.tsx";
import { InterventionsSection } from "./interventions/interventions-section.tsx";
import { MapSection } from "./map/map-section.tsx";
import { ModelSection } from "./model/model-section.tsx";
import { NextTokenSection } from "./next-token/next-token-section.tsx";
import { NumberDrawer } from "./number/number-drawer.tsx";
import { ShareAndExport } from "./share/share-and-export.tsx";
import { Status } from "./status.tsx";
import { Explanation } from "./text/explanation.tsx";
import { TextSection } from "./text/text-section.tsx";
import { TextsSection } from "./texts/texts-section.tsx";
import { Tour } from "./tour/tour.tsx";
import { TourButton } from "./tour/tour-button.tsx";

export function App() {
  return (
    <main>
      <h1>{strings.title}</h1>
      <Explanation />
      <TourButton />
      <TextSection />
      <Status />
      <ShareAndExport />
      <MapSection />
      <BlockSection />
      <NextTokenSection />
      <CacheSection />
      <TextsSection />
      <InterventionsSection />
      <ModelSection />
      <NumberDrawer />
      <Tour />
    </main>
  );
}
