// How products are packed. Prices are those of the pack at 100 percent.
#pragma once

#include "app/seed/words.hpp"

namespace haat::seed {

inline constexpr Packs kWeight{{{"250 g", "250 g", 30},
                                {"500 g", "500 g", 55},
                                {"1 kg", "1 kg", 100},
                                {"2 kg", "2 kg", 190},
                                {"5 kg", "5 kg", 450}}};
inline constexpr Packs kLightWeight{{{"50 g", "50 g", 60},
                                     {"100 g", "100 g", 100},
                                     {"200 g", "200 g", 185},
                                     {"500 g", "500 g", 430},
                                     {"1 kg", "1 kg", 800}}};
inline constexpr Packs kLoaf{{{"250 g", "250 g", 70},
                              {"400 g", "400 g", 100},
                              {"500 g", "500 g", 120},
                              {"750 g", "750 g", 170},
                              {"1 kg", "1 kg", 215}}};
inline constexpr Packs kVolume{{{"250 ml", "250 ml", 30},
                                {"500 ml", "500 ml", 55},
                                {"750 ml", "750 ml", 80},
                                {"1 L", "1 L", 100},
                                {"2 L", "2 L", 190}}};
inline constexpr Packs kSmallVolume{{{"50 ml", "50 ml", 60},
                                     {"75 ml", "75 ml", 80},
                                     {"100 ml", "100 ml", 100},
                                     {"150 ml", "150 ml", 140},
                                     {"250 ml", "250 ml", 210}}};
inline constexpr Packs kEggs{{{"Box of 6", "6 pcs", 100},
                              {"Box of 10", "10 pcs", 160},
                              {"Box of 12", "12 pcs", 190},
                              {"Tray of 18", "18 pcs", 275},
                              {"Tray of 30", "30 pcs", 440}}};
inline constexpr Packs kPieces{{{"Pack of 2", "2 pcs", 100},
                                {"Pack of 4", "4 pcs", 190},
                                {"Pack of 6", "6 pcs", 275},
                                {"Pack of 8", "8 pcs", 355},
                                {"Pack of 12", "12 pcs", 510}}};
inline constexpr Packs kRolls{{{"2 Rolls", "2 rolls", 100},
                               {"4 Rolls", "4 rolls", 190},
                               {"6 Rolls", "6 rolls", 275},
                               {"8 Rolls", "8 rolls", 355},
                               {"12 Rolls", "12 rolls", 510}}};
inline constexpr Packs kDiameter{{{"18 cm", "1 pc", 80},
                                  {"20 cm", "1 pc", 90},
                                  {"24 cm", "1 pc", 100},
                                  {"28 cm", "1 pc", 125},
                                  {"32 cm", "1 pc", 150}}};
inline constexpr Packs kCapacity{{{"500 ml", "1 pc", 70},
                                  {"750 ml", "1 pc", 85},
                                  {"1 L", "1 pc", 100},
                                  {"2 L", "1 pc", 145},
                                  {"5 L", "1 pc", 240}}};

}  // namespace haat::seed
