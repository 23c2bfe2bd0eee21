// Raw documents → sentences, actors, scores, probabilities, in one pass and without an object a token: what a model does
// on NLTK and scikit-learn (stance/model), over code points.
#pragma once
#include <array>
#include <functional>
#include <string>
#include <vector>

#include "actors.hpp"
#include "buffer.hpp"
#include "documents_labels.hpp"
#include "documents_language.hpp"
#include "documents_words.hpp"
#include "engine.hpp"
#include "punkt.hpp"

namespace stance {

// What a model is made of. What is pointed to belongs to the caller and outlives it; a null engine: no such layers.
struct DocumentPlan {
    const Punkt* punkt;
    const ActorMatcher* actors;
    const Engine *sentences, *views;
    bool exact_sentences, exact_views;  // all in float64
    LabelRules labels;
    std::vector<bool> masked, states;  // of each target of the table of actors
    WordRules words;
    LanguageRules language;
    // What masked sentences and target views are written with; ASCII.
    std::string actor_mark, target_mark, other_mark, meant_mark, left_mark, right_mark;
    std::vector<std::string> articles;  // what is masked with an actor before which it stands; ASCII
    std::vector<uint32_t> before_article;  // what an article may follow, if it does not begin the sentence
    size_t view_window, next_word;
};

// What a run is asked for.
struct DocumentTask {
    std::vector<int32_t> extra;  // targets judged in every sentence: of the table, or numbered behind it
    std::vector<std::u32string> names;  // what stands before a word under a target's name, of each target; none: blind
    bool targets, language;
};

// Ready sentences of a document, in code points; none: it is to be split.
struct GivenSpans {
    const int64_t* spans = nullptr;
    size_t n = 0;
    bool given = false;
};

struct Mention {
    int64_t sentence, target, start, end;  // in the document
};
struct Pair {
    int64_t sentence, target, first_mention, n_mentions;
};
struct Source {
    int64_t sentence, start, end;
};

// What is found in some documents that follow each other; numbers of sentences and mentions count from their first.
struct DocumentPart {
    std::vector<size_t> n_sentences;  // of each document
    std::vector<Span> spans;
    std::vector<double> claims, roles, voice;
    std::vector<int64_t> role;
    Buffer<bool> given, attributed;  // (n_sentences, n_claims), (n_sentences,)
    std::vector<Source> sources;
    std::vector<Mention> mentions;  // in the order of the pairs they belong to
    std::vector<Pair> pairs;
    std::vector<double> stances;
    std::vector<int64_t> stance;
    std::vector<u8> foreign;
};

class Documents {
  public:
    explicit Documents(DocumentPlan plan);

    const DocumentPlan& plan() const { return plan_; }

    // The parts of documents [0, n), in order. Throws TextError where a text is not UTF-8.
    std::vector<DocumentPart> run(const Text* texts, const GivenSpans* spans, size_t n, const DocumentTask& task, size_t n_threads) const;

    // The same, each part handed to `take` as soon as it and those before it are found: on the calling thread, while the
    // others work on. What `take` throws ends the run.
    void run(const Text* texts, const GivenSpans* spans, size_t n, const DocumentTask& task, size_t n_threads,
             const std::function<void(DocumentPart)>& take) const;

  private:
    friend class DocumentRun;

    DocumentPlan plan_;
    Labels labels_;
    Lexicon lexicon_;
    CharacterSet quotes_, stops_;
    Language language_;
};

}  // namespace stance
