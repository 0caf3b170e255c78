// Products and queries as values of PostgreSQL's text search. The words in them are those of the embedded
// engine's index, so that both engines find the same, whatever the server's dictionaries and locale.
#pragma once

#include <string>
#include <string_view>

#include "catalog/search_query.hpp"

namespace haat::catalog {

// The text form of a tsvector: the words of the name with weight A, those of the description with weight B,
// places of phrases included. PostgreSQL tells places apart up to 16,383 and keeps 256 of one word: what is
// beyond is found, but not as a part of a phrase. Words over 2,046 bytes, longer than any query, are left
// out.
std::string to_tsvector(std::string_view name, std::string_view description);

// The text forms of tsquery values. Empty when it finds nothing.
SearchExpression to_tsquery(const SearchQuery& query);

}  // namespace haat::catalog
