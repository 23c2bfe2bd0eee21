// Labels of documents → the frozen records of stance/labels/records.py: what stance/labels/sentences.py makes, without
// a line of Python between them.
#pragma once
#include <nanobind/nanobind.h>

#include <initializer_list>
#include <vector>

#include "documents.hpp"

namespace stance {

// A frozen class with slots, whose records are filled as its own `__init__` fills them.
class RecordType {
  public:
    RecordType(nanobind::handle type, std::initializer_list<const char*> fields);

    template <class... Values>
    nanobind::object make(const Values&... values) const {
        nanobind::object record = empty(sizeof...(values));
        size_t field = 0;
        (fill(record, field++, values), ...);
        return record;
    }

  private:
    nanobind::object empty(size_t n_fields) const;
    void fill(nanobind::handle record, size_t field, nanobind::handle value) const;

    nanobind::object type_;
    std::vector<nanobind::object> fields_;  // the descriptors
};

// The classes of records, and the names of a codebook's labels.
class Records {
  public:
    // `given` has the classes by their names, and tuples of the names of each layer's labels.
    explicit Records(nanobind::handle given);

    // Whether every label has a name.
    bool name(const LabelRules& labels) const;

    // Append the documents of a part: the next of `texts` and `ids`. `model` labelled them, `targets` are the names of all
    // targets.
    void append(const DocumentPart& part, const nanobind::list& texts, const nanobind::list& ids, nanobind::handle model, const nanobind::tuple& targets,
                nanobind::list& documents) const;

  private:
    class Reader;

    RecordType document_, sentence_, claim_, role_, voice_, stance_;
    nanobind::object frozen_dict_, no_stances_;
    nanobind::tuple claims_, roles_, voices_, stances_;
};

}  // namespace stance
